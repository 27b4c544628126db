// Keys in a device: what it does alone, in this process, and recorded through the whole daemon.
#pragma once

#include <functional>
#include <optional>

#include "tests/bench/report.h"
#include "tests/support/daemon/daemon_process.h"

namespace chancery::bench {

struct Device {
  std::string name;     // "SoftHSM P-256"
  std::string backend;  // its [[backend]] table, named "device", with a key "key"
  // In this process with one session, one thread, over about so long; the device is free again
  // afterwards.
  std::function<RawRate(std::chrono::milliseconds)> measure_raw;
  std::size_t requests;
  std::optional<pid_t> process = std::nullopt;  // where the device is a process of its own
};

// The device alone, then the daemon with 64 in flight.
Result<DeviceRow> measure_device(const Device& device, const std::filesystem::path& programs);

}  // namespace chancery::bench
