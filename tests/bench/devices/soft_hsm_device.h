// SoftHSM as a device to measure.
#pragma once

#include "tests/bench/devices/device.h"
#include "tests/support/devices/soft_hsm.h"

namespace chancery::bench {

// Makes "key" in a fresh token. The token must outlive the device.
Result<Device> soft_hsm_device(const testing::SoftHsm& token, Algorithm algorithm,
                               std::size_t requests);

}  // namespace chancery::bench
