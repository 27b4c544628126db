// A certificate authority of Fulcio's kind in the test's memory: root, intermediate, short leaves.
#pragma once

#include "core/bundle/trusted_root.h"
#include "tests/support/sigstore/memory_ct_log.h"

namespace chancery::testing {

// The OIDs of Fulcio's extensions end in these numbers.
std::string fulcio_oid(unsigned number);

class MemoryCa {
 public:
  explicit MemoryCa(Algorithm algorithm = Algorithm::ecdsa_p256_sha256,
                    const std::string& name = "",
                    const std::string& intermediate_usage = "codeSigning");

  // A leaf's shape as Fulcio fills it: ten minutes from `start`, e-mail and issuer.
  CertificateShape leaf_shape(WallTime start) const;
  Certificate issue(const CertificateShape& shape, const SigningKey& subject) const;
  Certificate issue(const CertificateShape& shape, const PublicKey& subject) const;
  Sct log_in(const MemoryCtLog& log, const CertificateShape& shape, const SigningKey& subject,
             WallTime time, Bytes extensions = {}) const;

  const Certificate& root() const { return root_; }
  const Certificate& intermediate() const { return intermediate_; }
  // Other certificates of the same names and keys: as they were before, or will be.
  Certificate root_valid(WallTime from, WallTime until) const;
  Certificate intermediate_valid(WallTime from, WallTime until) const;
  bundle::TrustedAuthority trusted(bundle::ValidFor period) const;

 private:
  CertificateShape root_shape_;
  CertificateShape intermediate_shape_;
  SigningKey root_key_;
  SigningKey intermediate_key_;
  Certificate root_;
  Certificate intermediate_;
};

}  // namespace chancery::testing
