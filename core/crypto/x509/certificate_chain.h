// A certificate chain as CAs hand it out: PEM, the key's own certificate first, then its issuers.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/crypto/x509/certificate.h"

namespace chancery {

// Other blocks than certificates are refused. Errors (invalid_request): PEM_MALFORMED,
// CERTIFICATE_MALFORMED, CERTIFICATE_CHAIN_INVALID (too long, or something else in it).
Result<std::vector<Certificate>> read_chain(std::string_view pem);

// The first certificate is the key's, and each is issued by the next. Whether the last is to be
// trusted, and when each is valid, is for verifiers. Errors (invalid_request):
// CERTIFICATE_KEY_MISMATCH, CERTIFICATE_CHAIN_INVALID.
Result<void> check_chain(std::span<const Certificate> chain, const PublicKey& key);

}  // namespace chancery
