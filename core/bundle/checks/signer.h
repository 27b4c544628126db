// Who is said to have signed: the caller's key, or the leaf certificate of the bundle.
#pragma once

#include "core/bundle/verify.h"

namespace chancery::bundle {

struct Signer {
  PublicKey key;
  Bytes verifier;  // what a log records: SPKI or certificate, DER
  std::optional<Certificate> certificate;
  std::vector<Certificate> carried = {};  // the bundle's other certificates: not to be trusted
};

// Errors (invalid_request): KEY_REQUIRED (the bundle was made with a key and none was given),
// CERTIFICATE_REQUIRED (both a key and an identity were given, and it has no certificate),
// CERTIFICATE_NOT_EXPECTED (a key was given, the bundle has a certificate), IDENTITY_REQUIRED (a
// certificate says who signed, and nobody said who should have), BUNDLE_CHAIN_HAS_ROOT, those of
// Certificate::from_der and of public_key.
Result<Signer> find_signer(const Bundle& bundle, const Policy& policy, CertificateMemory& memory);

// A way to sign. `hash` is the algorithm's own, save where old clients signed with P-384 and P-521
// over SHA-256.
struct Scheme {
  Algorithm algorithm;
  HashAlgorithm hash;
  bool operator==(const Scheme&) const = default;
  std::string words() const;
};

// How such a key may have signed, the likeliest first: a bundle does not say.
std::vector<Scheme> possible_schemes(const PublicKey& key);

}  // namespace chancery::bundle
