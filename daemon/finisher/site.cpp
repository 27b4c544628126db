#include "daemon/finisher/site.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/note.h"

namespace chancery::daemon {

void Reputation::fail(const Error& error) {
  const bool is_alarm = error.code == ErrorCode::corrupt ||
                        error.code == ErrorCode::invalid_request ||
                        error.code == ErrorCode::unsupported;
  {
    const std::lock_guard lock(mutex_);
    const bool is_new = !trouble_;
    has_alarm_ = has_alarm_ || is_alarm;
    trouble_ = error;
    trouble_->message = fmt::format("{}: {}", name_, error.message);
    if (!is_alarm && !is_new) return;
  }
  note(is_alarm ? Priority::error : Priority::warning,
       fmt::format("{}: {}: {}", name_, error.reason, error.message));
}

void Reputation::succeed() {
  {
    const std::lock_guard lock(mutex_);
    has_alarm_ = false;
    if (!std::exchange(trouble_, std::nullopt)) return;
  }
  note(Priority::notice, name_ + " answers again");
}

void Reputation::answer() {
  {
    const std::lock_guard lock(mutex_);
    if (has_alarm_) return;
  }
  succeed();
}

std::optional<Error> Reputation::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void LogSite::see_size(std::uint64_t seen) {
  size = std::max(size.value_or(0), seen);
  size_seen_at = Deadline::Clock::now();
}

bool LogSite::has_recent_size() const {
  return size && Deadline::Clock::now() - size_seen_at < limits::log_size_life;
}

}  // namespace chancery::daemon
