#include "wire/status.h"

#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "core/base/limits/socket.h"
#include "core/base/limits/statements.h"
#include "core/base/utf8.h"
#include "google/rpc/error_details.pb.h"

namespace chancery::wire {
namespace {

constexpr std::string_view error_info_type = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr std::string_view retry_info_type = "type.googleapis.com/google.rpc.RetryInfo";

struct CodePair {
  ErrorCode ours;
  int theirs;  // google.rpc.Code
};
// One to one, so that our own codes survive the round trip.
constexpr std::array code_pairs = {
    CodePair{ErrorCode::invalid_request, 3},  // INVALID_ARGUMENT
    CodePair{ErrorCode::denied, 7},           // PERMISSION_DENIED
    CodePair{ErrorCode::not_found, 5},        // NOT_FOUND
    CodePair{ErrorCode::unsupported, 12},     // UNIMPLEMENTED
    CodePair{ErrorCode::unavailable, 14},     // UNAVAILABLE
    CodePair{ErrorCode::outcome_unknown, 2},  // UNKNOWN; ABORTED would invite a retry
    CodePair{ErrorCode::exhausted, 8},        // RESOURCE_EXHAUSTED
    CodePair{ErrorCode::corrupt, 15},         // DATA_LOSS
    CodePair{ErrorCode::internal, 13},        // INTERNAL
};
// What other servers say, which ours never does.
constexpr std::array foreign_code_pairs = {
    CodePair{ErrorCode::outcome_unknown, 1},   // CANCELLED
    CodePair{ErrorCode::outcome_unknown, 4},   // DEADLINE_EXCEEDED: it may have happened
    CodePair{ErrorCode::invalid_request, 6},   // ALREADY_EXISTS
    CodePair{ErrorCode::unsupported, 9},       // FAILED_PRECONDITION
    CodePair{ErrorCode::unavailable, 10},      // ABORTED
    CodePair{ErrorCode::invalid_request, 11},  // OUT_OF_RANGE
    CodePair{ErrorCode::denied, 16},           // UNAUTHENTICATED
};

int number_of(ErrorCode code) {
  for (const CodePair& pair : code_pairs) {
    if (pair.ours == code) return pair.theirs;
  }
  return number_of(ErrorCode::internal);
}

ErrorCode code_of(int number) {
  for (const CodePair& pair : code_pairs) {
    if (pair.theirs == number) return pair.ours;
  }
  for (const CodePair& pair : foreign_code_pairs) {
    if (pair.theirs == number) return pair.ours;
  }
  return ErrorCode::internal;
}

// A proto3 string must be UTF-8, or a Go client drops the whole answer.
std::string clip(std::string_view text, std::size_t bytes_max) {
  std::string clipped(text.substr(0, bytes_max));
  if (is_utf8(clipped)) return clipped;
  for (char& character : clipped) {
    if (static_cast<unsigned char>(character) >= 0x80) character = '?';
  }
  return clipped;
}

template <typename Message>
void add_detail(google::rpc::Status& status, std::string_view type, const Message& message) {
  auto* detail = status.add_details();
  detail->set_type_url(std::string(type));
  detail->set_value(message.SerializeAsString());
}

google::rpc::RetryInfo retry_info(std::chrono::milliseconds wait) {
  google::rpc::RetryInfo info;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(wait);
  info.mutable_retry_delay()->set_seconds(seconds.count());
  const std::chrono::nanoseconds rest = wait - seconds;
  info.mutable_retry_delay()->set_nanos(static_cast<std::int32_t>(rest.count()));
  return info;
}

// Nothing where no clock can wait so long.
std::optional<std::chrono::milliseconds> wait_of(const google::rpc::RetryInfo& info) {
  const auto& delay = info.retry_delay();
  const bool is_sane = delay.seconds() >= 0 && delay.nanos() >= 0 &&
                       delay.seconds() <= limits::retry_after_seconds_max;
  if (!is_sane) return std::nullopt;
  return std::chrono::seconds(delay.seconds()) +
         std::chrono::ceil<std::chrono::milliseconds>(std::chrono::nanoseconds(delay.nanos()));
}

}  // namespace

google::rpc::Status status_from(const Error& error) {
  google::rpc::ErrorInfo info;
  info.set_reason(clip(error.reason, limits::name_bytes_max));
  info.set_domain(std::string(error_domain));

  google::rpc::Status status;
  status.set_code(number_of(error.code));
  status.set_message(clip(error.message, limits::error_message_bytes_max));
  add_detail(status, error_info_type, info);
  if (error.retry_after) add_detail(status, retry_info_type, retry_info(*error.retry_after));
  return status;
}

Error error_from(const google::rpc::Status& status) {
  Error error{code_of(status.code()), "PEER_ERROR", status.message()};
  for (const auto& detail : status.details()) {
    google::rpc::ErrorInfo info;
    if (detail.type_url() == error_info_type && info.ParseFromString(detail.value()) &&
        info.domain() == error_domain) {
      error.reason = info.reason();
    }
    google::rpc::RetryInfo retry;
    if (detail.type_url() == retry_info_type && retry.ParseFromString(detail.value())) {
      error.retry_after = wait_of(retry);
    }
  }
  return error;
}

}  // namespace chancery::wire
