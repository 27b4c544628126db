#include "client/connection/connection.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "client/connection/channel.h"

namespace chancery::client {
namespace {

Error unreachable(const std::filesystem::path& socket, int error_number) {
  const std::string message = "no connection to " + socket.string() + ": ";
  if (error_number == EACCES || error_number == EPERM) {
    return denied("SOCKET_DENIED", message + "this user may not use the socket; ask its owner");
  }
  return unavailable("DAEMON_UNREACHABLE",
                     message + std::strerror(error_number) + "; is chanceryd running?");
}

timeval time_left(Deadline deadline) {
  const auto left = std::max(deadline.remaining(), std::chrono::milliseconds(1));
  return {left.count() / 1000, left.count() % 1000 * 1000};
}

wire::Request request_for(std::string_view service, std::string_view method, std::string payload) {
  return {std::string(service), std::string(method), std::move(payload), {}};
}

}  // namespace

OpenStream::~OpenStream() {
  if (stream_) channel_->forget(*stream_);
}

Result<std::string> PendingCall::wait() { return channel_->wait_for_answer(*stream_); }

Result<void> Upload::send(std::string_view message) {
  return channel_->send(*stream_, wire::build_data(stream_->id, message), false);
}

Result<std::string> Upload::finish() {
  TRY(channel_->send(*stream_, wire::build_end(stream_->id), true));
  return channel_->wait_for_answer(*stream_);
}

Result<std::optional<std::string>> Download::next() { return channel_->wait_for_message(*stream_); }

Connection::Connection(std::unique_ptr<Channel> channel) : channel_(std::move(channel)) {}
Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& socket,
                                                     Deadline deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket.string();
  if (path.size() >= sizeof(address.sun_path)) return unreachable(socket, ENAMETOOLONG);
  std::memcpy(address.sun_path, path.data(), path.size());

  wire::Descriptor descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!descriptor.is_open()) return unreachable(socket, errno);
  // unix(7): connect waits for room in a full backlog as long as SO_SNDTIMEO says.
  const timeval wait = time_left(deadline);
  ::setsockopt(descriptor.number(), SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
  if (::connect(descriptor.number(), reinterpret_cast<const sockaddr*>(&address),
                sizeof(address)) != 0) {
    return unreachable(socket, errno);
  }
  return std::unique_ptr<Connection>(
      new Connection(std::make_unique<Channel>(std::move(descriptor))));
}

Result<std::string> Connection::call(std::string_view service, std::string_view method,
                                     std::string payload, Deadline deadline) {
  return submit(service, method, std::move(payload), deadline).wait();
}

PendingCall Connection::submit(std::string_view service, std::string_view method,
                               std::string payload, Deadline deadline) {
  return {*channel_,
          channel_->begin(wire::flags::none, request_for(service, method, std::move(payload)),
                          deadline, false)};
}

Upload Connection::upload(std::string_view service, std::string_view method, Deadline deadline) {
  return {*channel_, channel_->begin(wire::flags::remote_open, request_for(service, method, {}),
                                     deadline, false)};
}

Download Connection::download(std::string_view service, std::string_view method,
                              std::string payload, Deadline deadline) {
  return {*channel_,
          channel_->begin(wire::flags::remote_closed,
                          request_for(service, method, std::move(payload)), deadline, true)};
}

}  // namespace chancery::client
