#include "tests/support/daemon/scripted_daemon.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

namespace chancery::testing {

namespace {

wire::Descriptor bind_to(const std::filesystem::path& place) {
  wire::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  CHANCERY_ASSERT(place.native().size() < sizeof(address.sun_path));
  std::memcpy(address.sun_path, place.c_str(), place.native().size());
  CHANCERY_ASSERT(
      ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  return socket;
}

}  // namespace

ScriptedDaemon::ScriptedDaemon(const std::filesystem::path& socket, Script script)
    : script_(std::move(script)),
      acceptor_(bind_to(socket), [this](int connection) { serve(connection); }) {}

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
