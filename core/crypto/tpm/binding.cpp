#include "core/crypto/tpm/binding.h"

#include <openssl/crypto.h>

#include "core/crypto/hmac.h"
#include "core/crypto/tpm/credential.h"
#include "core/crypto/tpm/structures.h"

namespace chancery::tpm2 {
namespace {

// A name says by its first two bytes how long it is, so no two claims read alike.
Sha256 hidden(const BindingClaim& claim, ByteView own_secret) {
  return hmac_sha256(own_secret, {claim.attestation_key_name, claim.endorsement.der()});
}

}  // namespace

Result<BindingClaim> read_claim(const KeyAttestation& attestation,
                                const std::vector<Certificate>& anchors) {
  const Bytes* area = attestation.find(part::attestation_key);
  if (area == nullptr) {
    return invalid_request("ATTESTATION_MALFORMED", "attestation: it has no attestation key");
  }
  PublicArea signer = TRY(parse_public_area(*area));
  auto endorsement = TRY(find_endorsement(attestation, anchors, EndorsementKey::takes_credentials));
  return BindingClaim{std::move(signer.name), std::move(endorsement)};
}

Result<Bytes> challenge_claim(const BindingClaim& claim, ByteView own_secret, ByteView random) {
  return make_credential(TRY(claim.endorsement.public_key()), claim.attestation_key_name,
                         hidden(claim, own_secret), random);
}

Result<void> check_answer(const BindingClaim& claim, ByteView own_secret, ByteView answer) {
  const Sha256 expected = hidden(claim, own_secret);
  if (answer.size() == expected.size() &&
      CRYPTO_memcmp(answer.data(), expected.data(), expected.size()) == 0) {
    return {};
  }
  return invalid_request("CREDENTIAL_ANSWER_WRONG",
                         "the answer is not what was hidden for this attestation key and this "
                         "endorsement certificate");
}

}  // namespace chancery::tpm2
