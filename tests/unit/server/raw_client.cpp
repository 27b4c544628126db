#include "tests/unit/server/raw_client.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace chancery::daemon {
namespace {

constexpr int patience_ms = 60'000;

}  // namespace

RawClient::RawClient(const std::filesystem::path& socket)
    : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
  EXPECT_EQ(
      ::connect(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
}

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0) return;  // the server has closed: the test looks at what it said
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void RawClient::send_frame(const wire::FrameHeader& header, std::string_view data) {
  send(wire::build_frame(header, data));
}

void RawClient::request(std::uint32_t stream_id, std::string_view method, std::string payload,
                        std::uint8_t flags) {
  const wire::Request request{"toy.Toy", std::string(method), std::move(payload), {}};
  send(wire::build_request(stream_id, flags, request).value());
}

void RawClient::half_close() { ::shutdown(socket_.number(), SHUT_WR); }

std::optional<Frame> RawClient::receive() {
  while (true) {
    ByteView bytes = as_bytes(arrived_);
    const auto event = reader_.advance(bytes);
    arrived_.erase(0, arrived_.size() - bytes.size());
    if (event == wire::FrameReader::Event::frame)
      return Frame{reader_.header(), reader_.take_data()};
    if (event == wire::FrameReader::Event::header) continue;

    pollfd entry{socket_.number(), POLLIN, 0};
    if (::poll(&entry, 1, patience_ms) <= 0) {
      ADD_FAILURE() << "the server says nothing";
      return std::nullopt;
    }
    char buffer[65536];
    const ssize_t count = ::recv(socket_.number(), buffer, sizeof(buffer), 0);
    if (count <= 0) return std::nullopt;
    arrived_.append(buffer, static_cast<std::size_t>(count));
  }
}

Result<std::string> RawClient::answer_on(std::uint32_t stream_id) {
  const std::optional<Frame> frame = receive();
  if (!frame) return internal("TEST_NO_ANSWER", "the server closed the connection");
  EXPECT_EQ(frame->header.stream_id, stream_id);
  EXPECT_EQ(frame->header.type, wire::FrameType::response);
  return wire::parse_response(frame->data);
}

bool RawClient::is_closed_by_server() {
  const std::optional<Frame> frame = receive();
  return !frame.has_value();
}

}  // namespace chancery::daemon
