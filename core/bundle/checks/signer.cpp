#include "core/bundle/checks/signer.h"

#include <fmt/format.h>

namespace chancery::bundle {
namespace {

Result<Signer> signer_with_key(const Policy& policy) {
  if (!policy.key) {
    return invalid_request("KEY_REQUIRED",
                           "the bundle was signed with a key: give that public key");
  }
  if (policy.expects_identity()) {
    return invalid_request("CERTIFICATE_REQUIRED",
                           "an identity is expected, and the bundle has no certificate that could "
                           "say it");
  }
  return Signer{*policy.key, policy.key->spki(), std::nullopt};
}

Result<void> check_expected(const Policy& policy) {
  if (policy.key) {
    return invalid_request("CERTIFICATE_NOT_EXPECTED",
                           "the bundle has a certificate, and a key was given to check it with: "
                           "give an identity instead");
  }
  if (policy.accept_any_identity_unsafe || (policy.identity && policy.issuer)) return {};
  return invalid_request("IDENTITY_REQUIRED",
                         "the bundle has a certificate: give the identity and the issuer that are "
                         "expected in it");
}

// A root would be trusted by nobody for being here; that it is here is a sign of a wrong tool.
Result<void> check_carried(const Certificate& certificate) {
  if (!certificate.is_ca() || !certificate.is_self_issued()) return {};
  return invalid_request("BUNDLE_CHAIN_HAS_ROOT",
                         fmt::format("bundle: its chain holds the root \"{}\", which belongs into "
                                     "the trusted root alone",
                                     certificate.subject()));
}

}  // namespace

Result<Signer> find_signer(const Bundle& bundle, const Policy& policy, CertificateMemory& memory) {
  const auto* chain = std::get_if<CertificateChain>(&bundle.verification_material);
  if (chain == nullptr) return signer_with_key(policy);
  TRY(check_expected(policy));
  Certificate leaf = TRY(memory.read(chain->certificates.front()));
  PublicKey key = TRY(leaf.public_key());
  Signer signer{std::move(key), leaf.der(), std::move(leaf)};
  for (std::size_t i = 1; i < chain->certificates.size(); ++i) {
    Certificate certificate = TRY(memory.read(chain->certificates[i]));
    TRY(check_carried(certificate));
    signer.carried.push_back(std::move(certificate));
  }
  return signer;
}

std::string Scheme::words() const {
  if (hash == hash_of(algorithm)) return std::string(name_of(algorithm));
  return fmt::format("{} over {}", name_of(algorithm), name_of(hash));
}

std::vector<Scheme> possible_schemes(const PublicKey& key) {
  const auto plain = [](Algorithm algorithm) { return Scheme{algorithm, hash_of(algorithm)}; };
  const auto over_sha256 = [](Algorithm algorithm) {
    return Scheme{algorithm, HashAlgorithm::sha256};
  };
  const Algorithm algorithm = key.algorithm();
  switch (algorithm) {
    // Logs take Ed25519 only as Ed25519ph; what was never logged may be pure.
    case Algorithm::ed25519:
      return {plain(Algorithm::ed25519_ph), plain(algorithm)};
    case Algorithm::ecdsa_p384_sha384:
    case Algorithm::ecdsa_p521_sha512:
      return {plain(algorithm), over_sha256(algorithm)};
    case Algorithm::rsa_pkcs1v15_2048_sha256:
      return {plain(algorithm), plain(Algorithm::rsa_pss_2048_sha256)};
    case Algorithm::rsa_pkcs1v15_3072_sha256:
      return {plain(algorithm), plain(Algorithm::rsa_pss_3072_sha256)};
    case Algorithm::rsa_pkcs1v15_4096_sha256:
      return {plain(algorithm), plain(Algorithm::rsa_pss_4096_sha256)};
    default:
      return {plain(algorithm)};
  }
}

}  // namespace chancery::bundle
