// Who is said to have signed: the caller's key, or the leaf certificate of the bundle.
#pragma once

#include "core/bundle/verify.h"

namespace chancery::bundle {

struct Signer {
  PublicKey key;
  Bytes verifier;  // what a log records: SPKI or certificate, DER
  bool is_certificate = false;
};

// Errors (invalid_request): KEY_REQUIRED (the bundle was made with a key and none was given),
// CERTIFICATE_NOT_EXPECTED (a key was given, the bundle has a certificate).
Result<Signer> find_signer(const Bundle& bundle, const Policy& policy);

// How such a key may have signed, the likeliest first: a bundle does not say.
std::vector<Algorithm> possible_algorithms(const PublicKey& key);

}  // namespace chancery::bundle
