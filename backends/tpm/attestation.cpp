#include "backends/tpm/attestation.h"

#include <fmt/format.h>
#include <tss2/tss2_mu.h>

#include <algorithm>
#include <array>

#include "backends/tpm/endorsement.h"
#include "backends/tpm/failure.h"
#include "backends/tpm/key_template.h"
#include "core/crypto/tpm/structures.h"

namespace chancery::tpm {
namespace {

template <typename T>
Result<Bytes> marshal(TSS2_RC (*write)(const T*, std::uint8_t*, std::size_t, std::size_t*),
                      const T& value) {
  Bytes out(sizeof(T));
  std::size_t size = 0;
  TRY(check(write(&value, out.data(), out.size(), &size), "write down what the TPM said"));
  out.resize(size);
  return out;
}

// TPM2_Certify itself would sign about any key, and say so; this says it before.
Result<void> check_attestable(const Key& key, TPMA_OBJECT attributes) {
  constexpr TPMA_OBJECT born_here =
      TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN;
  if ((attributes & born_here) != born_here) {
    return unsupported("KEY_NOT_ATTESTABLE",
                       fmt::format("{} came from elsewhere, or may be moved", key.place));
  }
  if ((attributes & TPMA_OBJECT_ADMINWITHPOLICY) == 0) return {};
  return unsupported("KEY_NOT_ATTESTABLE",
                     fmt::format("{} has a policy of its own for such uses", key.place));
}

}  // namespace

Result<AttestationKey> make_attestation_key(Device& device) {
  const TPM2B_PUBLIC wanted = attestation_key_template();
  const TPM2B_SENSITIVE_CREATE sensitive{};
  const TPM2B_DATA outside{};
  const TPML_PCR_SELECTION pcrs{};
  ESYS_TR handle = ESYS_TR_NONE;
  TPM2B_PUBLIC* public_area = nullptr;
  const Result<void> made =
      check(Esys_CreatePrimary(device.esys(), ESYS_TR_RH_ENDORSEMENT, ESYS_TR_PASSWORD,
                               ESYS_TR_NONE, ESYS_TR_NONE, &sensitive, &wanted, &outside, &pcrs,
                               &handle, &public_area, nullptr, nullptr, nullptr),
            "make the attestation key");
  if (!made.ok() && made.error().reason == "TPM_AUTH_WRONG") {
    return unsupported("ENDORSEMENT_HIERARCHY_CLOSED",
                       "the TPM's endorsement hierarchy has an authorisation value: no attestation "
                       "key can be made");
  }
  TRY(made);
  return AttestationKey{Held(device.esys(), handle), *owned(public_area)};
}

Result<KeyAttestation> attest(Device& device, Sessions& sessions, const Key& key,
                              ByteView challenge) {
  const std::string what = fmt::format("attest \"{}\"", key.info.name);
  const TPM2B_PUBLIC public_area = TRY(device.read_public(key));
  TRY(check_attestable(key, public_area.publicArea.objectAttributes));
  const AttestationKey signer = TRY(make_attestation_key(device));
  const ESYS_TR handle = TRY(device.load(key));
  // Whoever has the authorisation value may do this, whatever the policy for signing.
  const ESYS_TR session = TRY(sessions.for_making());
  TPM2B_DATA extra{};
  extra.size = static_cast<UINT16>(std::min(challenge.size(), sizeof extra.buffer));
  std::copy_n(challenge.begin(), extra.size, extra.buffer);
  const TPMT_SIG_SCHEME as_the_key_says{TPM2_ALG_NULL, {}};
  TPM2B_ATTEST* statement = nullptr;
  TPMT_SIGNATURE* signature = nullptr;
  TRY(check(Esys_Certify(device.esys(), handle, signer.key.handle(), session, ESYS_TR_PASSWORD,
                         ESYS_TR_NONE, &extra, &as_the_key_says, &statement, &signature),
            what));
  const auto owned_statement = owned(statement);
  const auto owned_signature = owned(signature);
  Bytes statement_part(statement->attestationData, statement->attestationData + statement->size);
  Bytes signature_part = TRY(marshal(Tss2_MU_TPMT_SIGNATURE_Marshal, *signature));
  Bytes key_part = TRY(marshal(Tss2_MU_TPMT_PUBLIC_Marshal, public_area.publicArea));
  Bytes signer_part = TRY(marshal(Tss2_MU_TPMT_PUBLIC_Marshal, signer.public_area.publicArea));
  std::vector<Bytes> certificates = TRY(endorsement_certificates(device));
  return KeyAttestation{std::string(tpm2::certify_format),
                        {{std::string(tpm2::part::statement), std::move(statement_part)},
                         {std::string(tpm2::part::signature), std::move(signature_part)},
                         {std::string(tpm2::part::key), std::move(key_part)},
                         {std::string(tpm2::part::attestation_key), std::move(signer_part)}},
                        std::move(certificates)};
}

}  // namespace chancery::tpm
