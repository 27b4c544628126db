// When the device of an idle host is asked whether it is there, and whether it owes an answer.
// Pure: no locks, clock or sockets.
#pragma once

#include <chrono>

#include "core/base/deadline.h"

namespace chancery::host {

// Only a device that has answered nothing for an interval is asked: the answers of a host that
// signs show that it is there.
class DeviceWatch {
 public:
  using Time = Deadline::Clock::time_point;

  // An answer that nobody waits behind has until idle_answer_max: others may use the device too.
  DeviceWatch(std::chrono::milliseconds interval, std::chrono::milliseconds answer_max,
              std::chrono::milliseconds idle_answer_max)
      : interval_(interval), answer_max_(answer_max), idle_answer_max_(idle_answer_max) {}

  void host_came(bool takes_probes, Time now);
  void host_went();
  void answered(Time now);        // a request, with whatever answer
  void answered_probe(Time now);  // the question whether it is there
  void asked(Time now);

  bool is_asked() const { return answer_by_ != Time::max(); }
  bool is_due(Time now) const { return !is_asked() && now >= ask_at_; }
  // Once for each question: that it has had no answer for answer_max.
  bool becomes_late(Time now);
  bool is_late() const { return is_late_; }
  bool hangs(Time now, bool is_idle) const {
    return now >= answer_by_ && (!is_idle || now >= give_up_at_);
  }
  // When there may be something to do, where the host is idle and where it is not.
  Time next_check(bool is_idle) const;

 private:
  std::chrono::milliseconds interval_;
  std::chrono::milliseconds answer_max_;
  std::chrono::milliseconds idle_answer_max_;
  bool takes_probes_ = false;
  Time ask_at_ = Time::max();
  Time answer_by_ = Time::max();
  Time give_up_at_ = Time::max();
  bool is_late_ = false;
};

}  // namespace chancery::host
