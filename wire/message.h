// The two messages that ttrpc carries, as whole frames.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "wire/frame.h"

namespace chancery::wire {

struct Request {
  std::string service;
  std::string method;
  std::string payload;
  std::chrono::nanoseconds timeout{0};  // zero: none was given
};

// Error: invalid_request REQUEST_MALFORMED.
Result<Request> parse_request(std::string_view data);
// Error: invalid_request REQUEST_TOO_LARGE when it fits no frame.
Result<std::string> build_request(std::uint32_t stream_id, std::uint8_t flags,
                                  const Request& request);

// Ends protobuf's own log on standard error, which hostile bytes could fill. For the whole process.
void silence_parser();

// The payload of a response, or the error in it; corrupt ANSWER_MALFORMED.
Result<std::string> parse_response(std::string_view data);
// An answer that fits no frame becomes the error internal ANSWER_TOO_LARGE.
std::string build_response(std::uint32_t stream_id, const Result<std::string>& answer);

// One message of a stream, and the frame that ends a stream without a message.
std::string build_data(std::uint32_t stream_id, std::string_view message);
std::string build_end(std::uint32_t stream_id);

}  // namespace chancery::wire
