// Bodies of log entries as Rekor v1 wrote them, and as Rekor v2 first wrote envelopes.
#pragma once

#include <string>

#include "core/crypto/algorithm.h"
#include "core/crypto/digest.h"

namespace chancery::testing {

// Who verified: a certificate or public key in PEM.
std::string hashed_rekord_body_v1(const Digest& digest, ByteView signature,
                                  const std::string& verifier_pem);
std::string dsse_body_v1(std::string_view payload, ByteView signature,
                         const std::string& verifier_pem);
// dsse 0.0.2: `algorithm` is the key's, as logs name it.
std::string dsse_body_v2(std::string_view payload, ByteView signature, Algorithm algorithm,
                         ByteView certificate);
std::string intoto_body_v1(std::string_view payload, std::string_view payload_type,
                           ByteView signature, const std::string& verifier_pem);

}  // namespace chancery::testing
