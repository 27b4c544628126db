// One service elsewhere as the finisher sees it. On the finisher's thread alone, but for how many
// wait for it, and how it does.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "daemon/finisher/pace.h"
#include "daemon/finisher/services.h"

namespace chancery::daemon {

// What operators hear of a service: once when its trouble begins, once when it ends. Beside that an
// alarm is told once for each reason, and again after limits::service_alarm_interval; it ends only
// when the service has done what it was asked for.
class Reputation {
 public:
  using Time = Agenda::Time;

  explicit Reputation(std::string name) : name_(std::move(name)) {}
  void fail(const Error& error, Time now = Deadline::Clock::now());
  void succeed();
  void answer();  // it is there, which says nothing of how it does what it is asked for
  // On any thread.
  std::optional<Error> trouble() const;
  std::map<std::string, std::uint64_t> alarms() const;  // by reason, told or not, since the start

 private:
  bool is_due(const std::string& alarm, Time now);

  std::string name_;
  mutable std::mutex mutex_;
  std::optional<Error> trouble_;
  std::map<std::string, Time> told_;  // the alarms that stand, by reason
  std::map<std::string, std::uint64_t> alarms_;
};

struct LogSite {
  LogSite(const std::string& name, const RemoteLog& service, Agenda& agenda)
      : log(*service.log),
        pace(agenda, {.per_second = service.per_second}),
        reputation("log " + name) {}

  remote::TransparencyLog& log;
  Pace pace;
  Reputation reputation;
  std::atomic<std::size_t> unresolved = 0;  // signatures that it has a part in
  // The largest size that was seen, and when: entries that are added later come behind it.
  std::optional<std::uint64_t> size = std::nullopt;
  Agenda::Time size_seen_at{};

  void see_size(std::uint64_t seen);
  bool has_recent_size() const;
};

struct AuthoritySite {
  AuthoritySite(const std::string& name, const RemoteAuthority& service, Agenda& agenda)
      : authority(*service.authority),
        pace(agenda, {.per_second = service.per_second}),
        reputation("timestamp authority " + name) {}

  remote::TimestampAuthority& authority;
  Pace pace;
  Reputation reputation;
  std::atomic<std::size_t> unresolved = 0;  // signatures that it may have a part in
};

}  // namespace chancery::daemon
