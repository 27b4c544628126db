#include "daemon/finisher/site.h"

#include <fmt/format.h>

#include "daemon/note.h"

namespace chancery::daemon {

void Reputation::fail(const Error& error) {
  const bool is_alarm = error.code == ErrorCode::corrupt ||
                        error.code == ErrorCode::invalid_request ||
                        error.code == ErrorCode::unsupported;
  if (!is_alarm && is_in_trouble_) return;
  is_in_trouble_ = true;
  note(is_alarm ? Priority::error : Priority::warning,
       fmt::format("{}: {}: {}", name_, error.reason, error.message));
}

void Reputation::succeed() {
  if (is_in_trouble_) note(Priority::notice, name_ + " answers again");
  is_in_trouble_ = false;
}

void LogSite::see_size(std::uint64_t seen) {
  size = std::max(size.value_or(0), seen);
  size_seen_at = Deadline::Clock::now();
}

bool LogSite::has_recent_size() const {
  return size && Deadline::Clock::now() - size_seen_at < limits::log_size_life;
}

}  // namespace chancery::daemon
