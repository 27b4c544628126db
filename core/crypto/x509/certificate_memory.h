// What was found out about certificates a moment ago. Only what follows from their bytes alone, so
// that no time and no other certificate makes it untrue
// (docs/decisions/what-a-verifier-remembers.md).
#pragma once

#include <vector>

#include "core/base/limits/bundles.h"
#include "core/crypto/recent_fingerprints.h"
#include "core/crypto/x509/certificate.h"

namespace chancery {

// Bundles of a batch differ in their leaves; what is above them is the same again and again. To
// read a certificate costs more than to verify a signature, and it is done to hash the artefact and
// to judge the bundle. One thread.
class CertificateMemory {
 public:
  // Certificate::from_der, or the one that was read from these very bytes.
  Result<Certificate> read(ByteView der);

  // Signed with the issuer's key. Names and usages are not looked at. Both are OpenSSL's, as its
  // path builder holds them.
  bool is_signed_by(x509_st* certificate, x509_st* issuer);

 private:
  RecentFingerprints signed_{limits::verified_certificates_max};
  std::vector<Certificate> newest_first_;
};

}  // namespace chancery
