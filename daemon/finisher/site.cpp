#include "daemon/finisher/site.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/note.h"

namespace chancery::daemon {

void Reputation::fail(const Error& error, Time now) {
  const bool is_alarm = error.code == ErrorCode::corrupt ||
                        error.code == ErrorCode::invalid_request ||
                        error.code == ErrorCode::unsupported;
  {
    const std::lock_guard lock(mutex_);
    const bool is_new = !trouble_;
    trouble_ = error;
    trouble_->message = fmt::format("{}: {}", name_, error.message);
    if (is_alarm) alarms_[error.reason] += 1;
    if (is_alarm ? !is_due(error.reason, now) : !is_new) return;
  }
  note(is_alarm ? Priority::error : Priority::warning,
       fmt::format("{}: {}: {}", name_, error.reason, error.message));
}

bool Reputation::is_due(const std::string& alarm, Time now) {
  const auto [told, is_new] = told_.try_emplace(alarm, now);
  if (!is_new && now - told->second < limits::service_alarm_interval) return false;
  told->second = now;
  return true;
}

void Reputation::succeed() {
  {
    const std::lock_guard lock(mutex_);
    told_.clear();
    if (!std::exchange(trouble_, std::nullopt)) return;
  }
  note(Priority::notice, name_ + " answers again");
}

void Reputation::answer() {
  {
    const std::lock_guard lock(mutex_);
    if (!told_.empty()) return;
  }
  succeed();
}

std::optional<Error> Reputation::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

std::map<std::string, std::uint64_t> Reputation::alarms() const {
  const std::lock_guard lock(mutex_);
  return alarms_;
}

void LogSite::see_size(std::uint64_t seen) {
  size = std::max(size.value_or(0), seen);
  size_seen_at = Deadline::Clock::now();
}

bool LogSite::has_recent_size() const {
  return size && Deadline::Clock::now() - size_seen_at < limits::log_size_life;
}

}  // namespace chancery::daemon
