#include "backends/host/device_watch.h"

namespace chancery::host {

void DeviceWatch::host_came(bool takes_probes, Time now) {
  takes_probes_ = takes_probes;
  answered(now);
}

void DeviceWatch::host_went() { ask_at_ = answer_by_ = Time::max(); }

void DeviceWatch::answered(Time now) { ask_at_ = takes_probes_ ? now + interval_ : Time::max(); }

void DeviceWatch::asked(Time now) { answer_by_ = now + answer_max_; }

void DeviceWatch::answered_probe(Time now) {
  answer_by_ = Time::max();
  answered(now);
}

}  // namespace chancery::host
