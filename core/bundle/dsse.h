// DSSE: the envelope of signed statements (dsse 1.0.2).
#pragma once

#include <string>
#include <string_view>

#include "core/crypto/digest.h"

namespace chancery::bundle {

inline constexpr std::string_view in_toto_payload_type = "application/vnd.in-toto+json";

// "DSSEv1 SP len(type) SP type SP len(payload) SP", the payload follows. Lengths in bytes.
std::string pae_prefix(std::string_view payload_type, std::size_t payload_bytes);
// What a DSSE signature signs, hashed: H(prefix || payload).
Digest pae_digest(HashAlgorithm algorithm, std::string_view payload_type, ByteView payload);

}  // namespace chancery::bundle
