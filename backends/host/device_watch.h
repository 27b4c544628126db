// When the device of an idle host is asked whether it is there, and whether it owes an answer.
// Pure: no locks, clock or sockets.
#pragma once

#include <chrono>

#include "core/base/deadline.h"

namespace chancery::host {

// Asked is only a device that has answered nothing for an interval: whoever signs knows anyway.
class DeviceWatch {
 public:
  using Time = Deadline::Clock::time_point;

  DeviceWatch(std::chrono::milliseconds interval, std::chrono::milliseconds answer_max)
      : interval_(interval), answer_max_(answer_max) {}

  void host_came(bool takes_probes, Time now);
  void host_went();
  // It had an answer to give, whichever; to a probe by the second.
  void answered(Time now);
  void answered_probe(Time now);
  void asked(Time now);

  bool is_asked() const { return answer_by_ != Time::max(); }
  bool is_due(Time now) const { return !is_asked() && now >= ask_at_; }
  bool hangs(Time now) const { return now >= answer_by_; }
  // When there may be something to do, where the host is idle and where it is not.
  Time next_check(bool is_idle) const { return is_idle && !is_asked() ? ask_at_ : answer_by_; }

 private:
  std::chrono::milliseconds interval_;
  std::chrono::milliseconds answer_max_;
  bool takes_probes_ = false;
  Time ask_at_ = Time::max();
  Time answer_by_ = Time::max();
};

}  // namespace chancery::host
