#include "tests/support/services/scripted_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <charconv>
#include <optional>

#include "core/base/result.h"

namespace chancery::testing {
namespace {

wire::Descriptor bind_loopback() {
  wire::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHANCERY_ASSERT(
      ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  return socket;
}

std::uint16_t port_of(const wire::Descriptor& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  CHANCERY_ASSERT(::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&address), &size) ==
                  0);
  return ntohs(address.sin_port);
}

std::size_t content_length(std::string_view headers) {
  constexpr std::string_view name = "Content-Length: ";
  const std::size_t found = headers.find(name);
  std::size_t length = 0;
  if (found != std::string_view::npos) {
    const char* begin = headers.data() + found + name.size();
    std::from_chars(begin, headers.data() + headers.size(), length);
  }
  return length;
}

// Takes a whole request off `received`; nothing while it is incomplete.
std::optional<SeenRequest> take_request(std::string& received) {
  const std::size_t end = received.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  const std::size_t begin_headers = received.find("\r\n") + 2;
  SeenRequest request;
  request.headers =
      end < begin_headers ? "" : received.substr(begin_headers, end + 2 - begin_headers);
  const std::size_t body_bytes = content_length(request.headers);
  if (received.size() < end + 4 + body_bytes) return std::nullopt;
  const std::size_t method_end = received.find(' ');
  request.method = received.substr(0, method_end);
  request.path =
      received.substr(method_end + 1, received.find(' ', method_end + 1) - method_end - 1);
  request.body = received.substr(end + 4, body_bytes);
  received.erase(0, end + 4 + body_bytes);
  return request;
}

void wait_until_client_goes(int connection) {
  char byte = 0;
  while (::recv(connection, &byte, 1, 0) > 0) {
  }
}

void reset(int connection) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

}  // namespace

Reply Reply::answer(int status, std::string_view body, std::string_view headers) {
  return {fmt::format("HTTP/1.1 {} Scripted\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(),
                      headers, body),
          Then::keep};
}

ScriptedServer::ScriptedServer(Script script)
    : ScriptedServer(std::move(script), bind_loopback()) {}

ScriptedServer::ScriptedServer(Script script, wire::Descriptor bound)
    : script_(std::move(script)),
      port_(port_of(bound)),
      acceptor_(std::move(bound), [this](int connection) { serve(connection); }) {}

std::string ScriptedServer::url(std::string_view path) const {
  return fmt::format("http://127.0.0.1:{}/{}", port_, path);
}

std::vector<SeenRequest> ScriptedServer::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void ScriptedServer::serve(int connection) {
  std::string received;
  std::vector<char> buffer(64U << 10);
  for (;;) {
    const ssize_t count = ::recv(connection, buffer.data(), buffer.size(), 0);
    if (count <= 0) break;
    received.append(buffer.data(), static_cast<std::size_t>(count));
    while (auto request = take_request(received)) {
      if (react(connection, std::move(*request))) continue;
      ::shutdown(connection, SHUT_RDWR);
      return;
    }
  }
}

// False: the connection is to be closed.
bool ScriptedServer::react(int connection, SeenRequest request) {
  Reply reply;
  {
    const std::lock_guard lock(mutex_);
    seen_.push_back(request);
    meet();
    reply = script_(request);
    meet();
  }
  if (!send_all(connection, reply.bytes)) return false;
  switch (reply.then) {
    case Reply::Then::keep:
      return true;
    case Reply::Then::close:
      return false;
    case Reply::Then::reset:
      reset(connection);
      return false;
    case Reply::Then::stall:
      wait_until_client_goes(connection);
      return false;
    case Reply::Then::repeat:
      while (send_all(connection, reply.bytes)) {
      }
      return false;
  }
  return false;
}

void meet() {
  static std::atomic<unsigned> place = 0;
  place.fetch_add(1);
}

std::uint16_t free_port() { return port_of(bind_loopback()); }

}  // namespace chancery::testing
