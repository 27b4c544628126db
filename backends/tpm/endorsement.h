// The certificates with which the TPM's maker vouches for it.
#pragma once

#include <vector>

#include "backends/tpm/device.h"

namespace chancery::tpm {

// For work within Device::run(): what lies under the indices of the TCG EK Credential Profile, in
// DER; none where the maker left none. Nothing is judged here.
Result<std::vector<Bytes>> endorsement_certificates(Device& device);

}  // namespace chancery::tpm
