// Signed certificate timestamps embedded in a certificate (RFC 6962 3.2 and 3.3).
#pragma once

#include <vector>

#include "core/crypto/x509/certificate.h"

namespace chancery {

struct Sct {
  Sha256 log_id;
  std::uint64_t timestamp_ms;
  Bytes extensions;  // signed too; static logs keep the leaf's index there
  bool is_rsa;
  Bytes signature;
};

// Each item of a list, or why it is not read (SCT_MALFORMED): another version, another algorithm.
// RFC 6962 3.3: what a reader does not understand does not keep it from the rest.
using SctList = std::vector<Result<Sct>>;

// The extension's content. Error (invalid_request): SCT_MALFORMED (also an empty list).
Result<SctList> parse_sct_list(ByteView extension);

// The list of the certificate. Errors: SCT_MISSING, SCT_MALFORMED.
Result<SctList> embedded_scts(const Certificate& certificate);

// `key` signed the SCT over the certificate before the list was put into it; `issuer` is the
// certificate that issued it on the verified path. Errors: SCT_INVALID, CERTIFICATE_MALFORMED.
Result<void> verify_sct(const Sct& sct, const Certificate& certificate, const Certificate& issuer,
                        const PublicKey& key);

}  // namespace chancery
