#include "wire/message.h"

#include <utility>

#include "core/base/limits/socket.h"
#include "ttrpc/ttrpc.pb.h"
#include "wire/status.h"

namespace chancery::wire {
namespace {

// Room for the field numbers and lengths around a payload.
constexpr std::size_t envelope_bytes_max = 64;

// Serialises behind the header, so that a payload is copied once.
std::string build_message(FrameHeader header, const google::protobuf::MessageLite& message) {
  const std::size_t data_bytes = message.ByteSizeLong();
  header.data_bytes = static_cast<std::uint32_t>(data_bytes);
  std::string frame;
  frame.reserve(frame_header_bytes + data_bytes);
  frame += as_text(build_header(header));
  message.AppendToString(&frame);
  return frame;
}

}  // namespace

void silence_parser() { google::protobuf::SetLogHandler(nullptr); }

Result<Request> parse_request(std::string_view data) {
  ttrpc::Request message;
  if (!message.ParseFromArray(data.data(), static_cast<int>(data.size()))) {
    return invalid_request("REQUEST_MALFORMED",
                           "the frame holds no ttrpc.Request: send the message that the protocol "
                           "names, in protobuf's binary form");
  }
  return Request{std::move(*message.mutable_service()), std::move(*message.mutable_method()),
                 std::move(*message.mutable_payload()),
                 std::chrono::nanoseconds(message.timeout_nano())};
}

Result<std::string> build_request(std::uint32_t stream_id, std::uint8_t flags,
                                  const Request& request) {
  ttrpc::Request message;
  message.set_service(request.service);
  message.set_method(request.method);
  message.set_payload(request.payload);
  message.set_timeout_nano(request.timeout.count());
  if (message.ByteSizeLong() > limits::frame_bytes_max) {
    return invalid_request("REQUEST_TOO_LARGE", "a request of " +
                                                    std::to_string(request.payload.size()) +
                                                    " bytes fits no frame: send it as a stream");
  }
  return build_message({0, stream_id, FrameType::request, flags}, message);
}

Result<std::string> parse_response(std::string_view data) {
  ttrpc::Response message;
  if (!message.ParseFromArray(data.data(), static_cast<int>(data.size()))) {
    return corrupt("ANSWER_MALFORMED", "the frame holds no ttrpc.Response");
  }
  if (message.status().code() != 0) return error_from(message.status());
  return std::move(*message.mutable_payload());
}

std::string build_response(std::uint32_t stream_id, const Result<std::string>& answer) {
  if (answer.ok() && answer->size() > limits::frame_bytes_max - envelope_bytes_max) {
    return build_response(
        stream_id, internal("ANSWER_TOO_LARGE", "an answer of " + std::to_string(answer->size()) +
                                                    " bytes fits no frame"));
  }
  ttrpc::Response message;
  if (answer.ok()) {
    message.set_payload(*answer);
  } else {
    *message.mutable_status() = status_from(answer.error());
  }
  return build_message({0, stream_id, FrameType::response, flags::none}, message);
}

std::string build_data(std::uint32_t stream_id, std::string_view message) {
  return build_frame({0, stream_id, FrameType::data, flags::none}, message);
}

std::string build_end(std::uint32_t stream_id) {
  return build_frame({0, stream_id, FrameType::data, flags::remote_closed | flags::no_data}, {});
}

}  // namespace chancery::wire
