#include "core/bundle/checks/signer.h"

namespace chancery::bundle {

Result<Signer> find_signer(const Bundle& bundle, const Policy& policy) {
  const bool has_certificate =
      std::holds_alternative<CertificateChain>(bundle.verification_material);
  if (has_certificate && policy.key) {
    return invalid_request("CERTIFICATE_NOT_EXPECTED",
                           "the bundle has a certificate, and a key was given to check it with: "
                           "give an identity instead");
  }
  if (has_certificate) {
    return unsupported("CERTIFICATE_UNSUPPORTED", "bundles with certificates are not read yet");
  }
  if (!policy.key) {
    return invalid_request("KEY_REQUIRED",
                           "the bundle was signed with a key: give that public key");
  }
  return Signer{*policy.key, policy.key->spki(), false};
}

std::vector<Algorithm> possible_algorithms(const PublicKey& key) {
  // Logs take Ed25519 only as Ed25519ph; what was never logged may be pure.
  if (key.algorithm() == Algorithm::ed25519) return {Algorithm::ed25519_ph, Algorithm::ed25519};
  return {key.algorithm()};
}

}  // namespace chancery::bundle
