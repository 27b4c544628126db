// An attestation as a file: what the device said and nothing else, in JSON.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/crypto/attestation.h"

namespace chancery::client {

// {"format":"tpm2-certify","parts":{"statement":BASE64,...},"certificates":[BASE64,...]}
std::string write_attestation(const KeyAttestation& attestation);

// Other members are refused. Errors (invalid_request): those of parse_json;
// ATTESTATION_FILE_MALFORMED.
Result<KeyAttestation> read_attestation(std::string_view json);

}  // namespace chancery::client
