#include "core/crypto/x509/certificate_memory.h"

#include <algorithm>

#include "core/crypto/x509/openssl_object.h"

namespace chancery {

Result<Certificate> CertificateMemory::read(ByteView der) {
  const auto found = std::ranges::find_if(
      newest_first_, [der](const Certificate& known) { return equal(known.der(), der); });
  if (found != newest_first_.end()) {
    std::rotate(newest_first_.begin(), found, found + 1);
    return newest_first_.front();
  }
  Certificate certificate = TRY(Certificate::from_der(der));
  if (newest_first_.size() == limits::recent_certificates_max) newest_first_.pop_back();
  newest_first_.insert(newest_first_.begin(), certificate);
  return certificate;
}

bool CertificateMemory::is_signed_by(X509* certificate, X509* issuer) {
  // DER says where it ends, so that the two cannot be taken for others put together.
  const auto whole = openssl::encode(i2d_X509, certificate);
  const auto key = openssl::encode(i2d_X509_PUBKEY, X509_get_X509_PUBKEY(issuer));
  const Sha256 fingerprint = sha256({{whole.data(), whole.size()}, {key.data(), key.size()}});
  if (signed_.has(fingerprint)) return true;
  const bool is_good = X509_verify(certificate, X509_get0_pubkey(issuer)) == 1;
  if (is_good) signed_.add(fingerprint);
  return is_good;
}

}  // namespace chancery
