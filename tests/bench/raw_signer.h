// What libcrypto alone does in this process: the floor that the daemon is compared with.
#pragma once

#include <chrono>
#include <string>

namespace chancery::bench {

struct RawRate {
  std::string name;
  double signs_per_second;
  double sign_us;
  double verify_us;
};

// One thread, prehashed, for about `time` each for signing and verifying. `curve` as libcrypto
// names it: "P-256".
RawRate measure_raw(const std::string& curve, std::chrono::milliseconds time);

}  // namespace chancery::bench
