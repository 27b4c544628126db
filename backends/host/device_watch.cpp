#include "backends/host/device_watch.h"

#include <utility>

namespace chancery::host {

void DeviceWatch::host_came(bool takes_probes, Time now) {
  takes_probes_ = takes_probes;
  answered(now);
}

void DeviceWatch::host_went() {
  ask_at_ = answer_by_ = Time::max();
  is_late_ = false;
}

void DeviceWatch::answered(Time now) { ask_at_ = takes_probes_ ? now + interval_ : Time::max(); }

void DeviceWatch::asked(Time now) {
  answer_by_ = now + answer_max_;
  give_up_at_ = now + idle_answer_max_;
}

bool DeviceWatch::becomes_late(Time now) {
  return now >= answer_by_ && !std::exchange(is_late_, true);
}

DeviceWatch::Time DeviceWatch::next_check(bool is_idle) const {
  if (!is_idle) return answer_by_;
  if (!is_asked()) return ask_at_;
  return is_late_ ? give_up_at_ : answer_by_;
}

void DeviceWatch::answered_probe(Time now) {
  answer_by_ = Time::max();
  is_late_ = false;
  answered(now);
}

}  // namespace chancery::host
