#include "tests/support/daemon/scripted_daemon.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

namespace chancery::testing {

namespace {

bool send_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

ScriptedDaemon::ScriptedDaemon(const std::filesystem::path& socket, Script script)
    : script_(std::move(script)), listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  CHANCERY_ASSERT(socket.native().size() < sizeof(address.sun_path));
  std::memcpy(address.sun_path, socket.c_str(), socket.native().size());
  CHANCERY_ASSERT(::bind(listener_.number(), reinterpret_cast<const sockaddr*>(&address),
                         sizeof(address)) == 0);
  CHANCERY_ASSERT(::listen(listener_.number(), SOMAXCONN) == 0);
  acceptor_ = std::thread([this] { accept_all(); });
}

ScriptedDaemon::~ScriptedDaemon() {
  ::shutdown(listener_.number(), SHUT_RDWR);
  acceptor_.join();
  for (const wire::Descriptor& connection : connections_)
    ::shutdown(connection.number(), SHUT_RDWR);
  for (std::thread& thread : threads_) thread.join();
}

std::size_t ScriptedDaemon::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_.size();
}

void ScriptedDaemon::accept_all() {
  for (;;) {
    wire::Descriptor connection(::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection.is_open()) return;
    const std::lock_guard lock(mutex_);
    const int number = connection.number();
    connections_.push_back(std::move(connection));
    threads_.emplace_back([this, number] { serve(number); });
  }
}

void ScriptedDaemon::serve(int connection) {
  wire::FrameReader reader;
  std::vector<std::uint8_t> buffer(64U << 10);
  for (;;) {
    const ssize_t count = ::recv(connection, buffer.data(), buffer.size(), 0);
    if (count <= 0) return;
    ByteView bytes(buffer.data(), static_cast<std::size_t>(count));
    for (auto event = reader.advance(bytes); event != wire::FrameReader::Event::starved;
         event = reader.advance(bytes)) {
      if (event != wire::FrameReader::Event::frame) continue;
      const auto request = wire::parse_request(reader.take_data());
      if (!request.ok() || !react(connection, reader.header().stream_id, *request)) {
        ::shutdown(connection, SHUT_RDWR);
        return;
      }
    }
  }
}

// False: the connection is to be closed.
bool ScriptedDaemon::react(int connection, std::uint32_t stream_id, const wire::Request& request) {
  const std::lock_guard lock(mutex_);
  const Reaction reaction = script_(request);
  for (const std::string& message : reaction.messages)
    if (!send_all(connection, wire::build_data(stream_id, message))) return false;
  if (!reaction.messages.empty() && !send_all(connection, wire::build_end(stream_id))) return false;
  if (reaction.answer && !send_all(connection, wire::build_response(stream_id, *reaction.answer)))
    return false;
  return !reaction.hangs_up;
}

}  // namespace chancery::testing
