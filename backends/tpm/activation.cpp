#include "backends/tpm/activation.h"

#include <fmt/format.h>
#include <tss2/tss2_mu.h>

#include <optional>

#include "backends/tpm/attestation.h"
#include "backends/tpm/failure.h"
#include "backends/tpm/held.h"
#include "backends/tpm/key_template.h"
#include "core/crypto/tpm/credential.h"

namespace chancery::tpm {
namespace {

// TCG EK Credential Profile, "Handle values": where makers and tools leave the RSA-2048 key.
constexpr std::uint32_t endorsement_handle = 0x81010001;

// By the credential: what of the seed is told a key is as long as its modulus, or a point (Part 2,
// 11.4.3).
enum class EndorsementKey : std::uint16_t { rsa2048 = 256, p256 = 2 * (2 + 32) };

struct Credential {
  TPM2B_ID_OBJECT object{};
  TPM2B_ENCRYPTED_SECRET seed{};
};

Result<Credential> parse_credential(ByteView bytes) {
  Credential out;
  UINT32 magic = 0;
  UINT32 version = 0;
  std::size_t at = 0;
  const std::uint8_t* data = bytes.data();
  const std::size_t size = bytes.size();
  const bool is_read =
      Tss2_MU_UINT32_Unmarshal(data, size, &at, &magic) == TSS2_RC_SUCCESS &&
      Tss2_MU_UINT32_Unmarshal(data, size, &at, &version) == TSS2_RC_SUCCESS &&
      Tss2_MU_TPM2B_ID_OBJECT_Unmarshal(data, size, &at, &out.object) == TSS2_RC_SUCCESS &&
      Tss2_MU_TPM2B_ENCRYPTED_SECRET_Unmarshal(data, size, &at, &out.seed) == TSS2_RC_SUCCESS;
  if (is_read && at == size && magic == tpm2::credential_magic &&
      version == tpm2::credential_version) {
    return out;
  }
  return invalid_request("CREDENTIAL_MALFORMED",
                         "this is nothing that `chancery keys make-credential` writes");
}

Result<EndorsementKey> kind_of(const TPM2B_ENCRYPTED_SECRET& seed) {
  const auto kind = static_cast<EndorsementKey>(seed.size);
  if (kind == EndorsementKey::rsa2048 || kind == EndorsementKey::p256) return kind;
  return unsupported("ENDORSEMENT_KEY_UNSUPPORTED",
                     fmt::format("the credential is encrypted to an endorsement key of a kind that "
                                 "is not known, in {} bytes: known are RSA-2048 and P-256",
                                 seed.size));
}

bool is_standard(const TPMT_PUBLIC& key) {
  const TPMT_PUBLIC wanted = rsa_endorsement_key_template().publicArea;
  return key.type == wanted.type && key.nameAlg == wanted.nameAlg &&
         key.objectAttributes == wanted.objectAttributes &&
         equal({key.authPolicy.buffer, key.authPolicy.size},
               {wanted.authPolicy.buffer, wanted.authPolicy.size}) &&
         key.parameters.rsaDetail.keyBits == wanted.parameters.rsaDetail.keyBits;
}

// Nothing where none lies there, or another: whoever owns the TPM may put there what they like.
Result<std::optional<Held>> find_rsa_key(ESYS_CONTEXT* esys) {
  constexpr std::string_view what = "find the endorsement key";
  ESYS_TR handle = ESYS_TR_NONE;
  const TSS2_RC code = Esys_TR_FromTPMPublic(esys, endorsement_handle, ESYS_TR_NONE, ESYS_TR_NONE,
                                             ESYS_TR_NONE, &handle);
  if (is_unknown_handle(code)) return std::optional<Held>();
  TRY(check(code, what));
  std::optional<Held> found(std::in_place, esys, handle, Held::End::close);
  TPM2B_PUBLIC* read = nullptr;
  TRY(check(Esys_ReadPublic(esys, handle, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &read, nullptr,
                            nullptr),
            what));
  if (!is_standard(owned(read)->publicArea)) return std::optional<Held>();
  return found;
}

Result<Held> make_endorsement_key(ESYS_CONTEXT* esys, const TPM2B_PUBLIC& wanted) {
  const TPM2B_SENSITIVE_CREATE sensitive{};
  const TPM2B_DATA outside{};
  const TPML_PCR_SELECTION pcrs{};
  ESYS_TR handle = ESYS_TR_NONE;
  TRY(check(Esys_CreatePrimary(esys, ESYS_TR_RH_ENDORSEMENT, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                               ESYS_TR_NONE, &sensitive, &wanted, &outside, &pcrs, &handle, nullptr,
                               nullptr, nullptr, nullptr),
            "make the endorsement key"));
  return Held(esys, handle);
}

// One on a curve takes a TPM no longer to make than to find.
Result<Held> endorsement_key(ESYS_CONTEXT* esys, EndorsementKey kind) {
  if (kind == EndorsementKey::p256) {
    return make_endorsement_key(esys, p256_endorsement_key_template());
  }
  if (auto found = TRY(find_rsa_key(esys))) return *std::move(found);
  return make_endorsement_key(esys, rsa_endorsement_key_template());
}

// What the endorsement key's policy asks for: the word of its hierarchy, which has no value.
Result<Held> start_policy(ESYS_CONTEXT* esys) {
  constexpr TPMT_SYM_DEF none{.algorithm = TPM2_ALG_NULL, .keyBits = {}, .mode = {}};
  ESYS_TR handle = ESYS_TR_NONE;
  TRY(check(
      Esys_StartAuthSession(esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                            ESYS_TR_NONE, nullptr, TPM2_SE_POLICY, &none, TPM2_ALG_SHA256, &handle),
      "start a session"));
  Held session(esys, handle);
  // Else the TPM ends it by itself, and our own end of it meets another's.
  TRY(check(Esys_TRSess_SetAttributes(esys, handle, TPMA_SESSION_CONTINUESESSION,
                                      TPMA_SESSION_CONTINUESESSION),
            "set up a session"));
  TRY(check(Esys_PolicySecret(esys, ESYS_TR_RH_ENDORSEMENT, handle, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                              ESYS_TR_NONE, nullptr, nullptr, nullptr, 0, nullptr, nullptr),
            "have the endorsement hierarchy agree"));
  return session;
}

// libtpms says that all has failed where only what it was to decrypt was for another key.
Result<void> check_activated(Device& device, EndorsementKey kind, TSS2_RC code) {
  constexpr std::string_view what = "activate the credential";
  if (is_about_integrity(code)) {
    // On a curve each key arrives at a seed, if not the one that was meant.
    const bool is_sure = kind == EndorsementKey::rsa2048;
    return invalid_request(
        "CREDENTIAL_OF_ANOTHER_KEY",
        fmt::format("the credential was made for another {} than this TPM's, or "
                    "altered since",
                    is_sure ? "attestation key" : "attestation key or endorsement key"));
  }
  const bool has_failed = (code & ~TSS2_RC_LAYER_MASK) == TPM2_RC_FAILURE;
  if (is_about_parameter(code) || (has_failed && device.check_answer().ok())) {
    return invalid_request(
        "CREDENTIAL_OF_ANOTHER_TPM",
        fmt::format("the credential is encrypted to another endorsement key than this TPM's "
                    "{} one, or altered since (0x{:x})",
                    kind == EndorsementKey::rsa2048 ? "RSA-2048" : "P-256", code));
  }
  return check(code, what);
}

}  // namespace

Result<Bytes> activate(Device& device, ByteView credential) {
  const Credential given = TRY(parse_credential(credential));
  const EndorsementKey kind = TRY(kind_of(given.seed));
  const AttestationKey signer = TRY(make_attestation_key(device));
  const Held endorsement = TRY(endorsement_key(device.esys(), kind));
  const Held session = TRY(start_policy(device.esys()));
  TPM2B_DIGEST* hidden = nullptr;
  const TSS2_RC code = Esys_ActivateCredential(
      device.esys(), signer.key.handle(), endorsement.handle(), ESYS_TR_PASSWORD, session.handle(),
      ESYS_TR_NONE, &given.object, &given.seed, &hidden);
  TRY(check_activated(device, kind, code));
  const auto found = owned(hidden);
  return Bytes(found->buffer, found->buffer + found->size);
}

}  // namespace chancery::tpm
