#include "core/bundle/checks/promise.h"

#include <fmt/format.h>

#include "core/base/encoding.h"
#include "core/base/rfc3339.h"

namespace chancery::bundle {
namespace {

// RFC 8785 form of what the log signed; nothing in it needs escaping.
std::string signed_text(const LogEntry& entry) {
  return fmt::format(R"({{"body":"{}","integratedTime":{},"logID":"{}","logIndex":{}}})",
                     base64_encode(as_bytes(entry.canonicalized_body)), entry.integrated_time,
                     hex_encode(entry.log_id), entry.log_index);
}

}  // namespace

Error log_not_valid(const LogEntry& entry, const TrustedLog& log, WallTime time) {
  return entry_refusal("LOG_KEY_NOT_VALID", entry,
                       fmt::format("{} is outside the period of the key of {}, {}",
                                   format_rfc3339(time), log.base_url, log.valid_for.words()));
}

Result<std::optional<WallTime>> check_promise(const LogEntry& entry, const TrustedLog& log) {
  const std::string text = signed_text(entry);
  if (!log.key.verify_message(log.key.algorithm(), as_bytes(text), entry.signed_entry_timestamp)
           .ok()) {
    return entry_refusal(
        "PROMISE_INVALID", entry,
        fmt::format("its signed entry timestamp does not verify with the key of {}", log.base_url));
  }
  if (entry.integrated_time == 0) return std::optional<WallTime>();
  const WallTime time{std::chrono::seconds(entry.integrated_time)};
  if (!log.valid_for.contains(time)) return log_not_valid(entry, log, time);
  return std::optional(time);
}

}  // namespace chancery::bundle
