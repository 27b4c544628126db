// Protobuf messages out of a call's payload.
#pragma once

#include <string_view>

#include "core/base/result.h"

namespace chancery::daemon {

// Error: invalid_request REQUEST_MALFORMED.
template <typename Message>
Result<Message> read_message(std::string_view payload) {
  Message message;
  if (!message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    return invalid_request("REQUEST_MALFORMED",
                           "the payload is not the protobuf message that this method takes");
  }
  return message;
}

}  // namespace chancery::daemon
