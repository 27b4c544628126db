// A software TPM as a device to measure.
#pragma once

#include "tests/bench/devices/device.h"
#include "tests/support/devices/swtpm.h"

namespace chancery::bench {

enum class TpmSession { password, salted };

// Makes "key", ECDSA P-256, in a fresh TPM. The TPM must outlive the device.
Result<Device> swtpm_device(const testing::Swtpm& tpm, TpmSession session, std::size_t requests);

}  // namespace chancery::bench
