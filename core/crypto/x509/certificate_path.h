// From a certificate to an anchor: RFC 5280 6, without looking at the clock.
#pragma once

#include <span>
#include <vector>

#include "core/crypto/x509/certificate_memory.h"

namespace chancery {

// The path from `leaf` to `anchor` (which may itself be an intermediate), leaf first, through any
// of `untrusted`. Names, signatures and constraints hold; periods of validity are not looked at,
// because a verifier asks about the time of signing and may have several. Usages are the caller's
// matter too: OpenSSL 3.0 knows no purpose of code signing.
// Errors (invalid_request): CERTIFICATE_AUTHORITY_UNKNOWN, CERTIFICATE_CHAIN_INVALID.
Result<std::vector<Certificate>> find_path(const Certificate& leaf,
                                           std::span<const Certificate> untrusted,
                                           const Certificate& anchor, CertificateMemory& memory);

}  // namespace chancery
