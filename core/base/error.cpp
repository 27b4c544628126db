#include "core/base/error.h"

#include <cstring>
#include <utility>

namespace chancery {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_request:
      return "invalid_request";
    case ErrorCode::denied:
      return "denied";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::outcome_unknown:
      return "outcome_unknown";
    case ErrorCode::exhausted:
      return "exhausted";
    case ErrorCode::corrupt:
      return "corrupt";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

Error invalid_request(std::string reason, std::string message) {
  return {ErrorCode::invalid_request, std::move(reason), std::move(message)};
}
Error denied(std::string reason, std::string message) {
  return {ErrorCode::denied, std::move(reason), std::move(message)};
}
Error not_found(std::string reason, std::string message) {
  return {ErrorCode::not_found, std::move(reason), std::move(message)};
}
Error unsupported(std::string reason, std::string message) {
  return {ErrorCode::unsupported, std::move(reason), std::move(message)};
}
Error unavailable(std::string reason, std::string message) {
  return {ErrorCode::unavailable, std::move(reason), std::move(message)};
}
Error outcome_unknown(std::string reason, std::string message) {
  return {ErrorCode::outcome_unknown, std::move(reason), std::move(message)};
}
Error exhausted(std::string reason, std::string message) {
  return {ErrorCode::exhausted, std::move(reason), std::move(message)};
}
Error corrupt(std::string reason, std::string message) {
  return {ErrorCode::corrupt, std::move(reason), std::move(message)};
}
Error internal(std::string reason, std::string message) {
  return {ErrorCode::internal, std::move(reason), std::move(message)};
}

Error with_retry_after(Error error, std::chrono::milliseconds wait) {
  error.retry_after = wait;
  return error;
}

Error system_error(std::string reason, std::string_view what, int error_number) {
  std::string message(what);
  message += ": ";
  message += std::strerror(error_number);
  return unavailable(std::move(reason), std::move(message));
}

}  // namespace chancery
