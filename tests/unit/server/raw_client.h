// A client that says whatever a test wants, byte by byte.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "wire/descriptor.h"
#include "wire/message.h"

namespace chancery::daemon {

struct Frame {
  wire::FrameHeader header;
  std::string data;
};

class RawClient {
 public:
  explicit RawClient(const std::filesystem::path& socket);
  explicit RawClient(wire::Descriptor connected) : socket_(std::move(connected)) {}

  int socket() const { return socket_.number(); }
  void send(std::string_view bytes);
  void send_frame(const wire::FrameHeader& header, std::string_view data);
  void request(std::uint32_t stream_id, std::string_view method, std::string payload = {},
               std::uint8_t flags = 0);
  void half_close();
  void close() { socket_.close(); }

  // The next frame; nothing when the server has closed. Fails the test after 20 seconds.
  std::optional<Frame> receive();
  // The next frame's answer, with its stream's id checked.
  Result<std::string> answer_on(std::uint32_t stream_id);
  bool is_closed_by_server();

 private:
  wire::Descriptor socket_;
  wire::FrameReader reader_;
  std::string arrived_;
};

}  // namespace chancery::daemon
