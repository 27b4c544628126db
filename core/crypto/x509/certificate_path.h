// From a certificate to an anchor: RFC 5280 6, without looking at the clock.
#pragma once

#include <optional>
#include <span>
#include <string_view>
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

// What the certificates of a path must be besides.
struct PathNeeds {
  std::string_view usage;  // above the leaf: extended usage is absent, or has this one or any
  std::optional<WallTime> time = std::nullopt;  // all of them, the anchor too: valid then
};
// Errors (invalid_request): CERTIFICATE_USAGE_WRONG, CERTIFICATE_NOT_VALID.
Result<void> check_path(std::span<const Certificate> path, const PathNeeds& needs);

// A path that is what is needed. Where one of its certificates is not, another of that name may be:
// authorities are renewed under the same name and key. Errors: those of both above.
Result<std::vector<Certificate>> find_path_for(const PathNeeds& needs, const Certificate& leaf,
                                               std::span<const Certificate> untrusted,
                                               const Certificate& anchor,
                                               CertificateMemory& memory);

}  // namespace chancery
