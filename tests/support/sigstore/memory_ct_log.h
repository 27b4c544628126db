// A certificate transparency log in the test's memory: it signs, and keeps nothing.
#pragma once

#include "core/bundle/trusted_root.h"
#include "core/crypto/x509/sct.h"
#include "tests/support/sigstore/certificate_maker.h"

namespace chancery::testing {

class MemoryCtLog {
 public:
  explicit MemoryCtLog(Algorithm algorithm = Algorithm::ecdsa_p256_sha256)
      : key_(SigningKey::make(algorithm)) {}

  // The SCT for the certificate that `issuer` makes of `shape`, which must not have a list yet.
  Sct sign(const CertificateShape& shape, const SigningKey& subject, const Issuer& issuer,
           WallTime time, Bytes extensions = {}) const;

  Sha256 id() const { return sha256(key_.public_key().spki()); }
  bundle::TrustedLog trusted(bundle::ValidFor period) const;

 private:
  SigningKey key_;
};

// RFC 6962 3.3: the extension that carries the list.
RawExtension sct_list(const std::vector<Sct>& scts);

}  // namespace chancery::testing
