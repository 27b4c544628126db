#include "backends/tpm/sessions.h"

#include "backends/tpm/failure.h"
#include "backends/tpm/held.h"

namespace chancery::tpm {

void Sessions::forget_dead() {
  if (generation_ == device_.generation()) return;
  generation_ = device_.generation();
  hmac_ = ESYS_TR_NONE;
  policy_ = ESYS_TR_NONE;
}

Result<ESYS_TR> Sessions::start(TPM2_SE type) {
  // The salt is encrypted to the storage key, so that whoever listens on the bus cannot follow.
  const bool is_salted = bus_ == Bus::untrusted && type != TPM2_SE_TRIAL;
  const ESYS_TR salt_key = is_salted ? TRY(device_.parent(TPM2_RH_OWNER)) : ESYS_TR_NONE;
  TPMT_SYM_DEF symmetric{};
  symmetric.algorithm = is_salted ? TPM2_ALG_AES : TPM2_ALG_NULL;
  symmetric.keyBits.aes = 128;
  symmetric.mode.aes = TPM2_ALG_CFB;
  ESYS_TR session = ESYS_TR_NONE;
  TRY(check(
      Esys_StartAuthSession(device_.esys(), salt_key, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                            ESYS_TR_NONE, nullptr, type, &symmetric, TPM2_ALG_SHA256, &session),
      "start a session"));
  TPMA_SESSION attributes = TPMA_SESSION_CONTINUESESSION;
  if (is_salted) attributes |= TPMA_SESSION_DECRYPT;
  TRY(check(Esys_TRSess_SetAttributes(device_.esys(), session, attributes, 0xff),
            "set up a session"));
  return session;
}

Result<ESYS_TR> Sessions::kept(ESYS_TR& session, TPM2_SE type) {
  if (session == ESYS_TR_NONE) session = TRY(start(type));
  return session;
}

Result<void> Sessions::satisfy(ESYS_TR session, const KeyPolicy& policy) {
  ESYS_CONTEXT* esys = device_.esys();
  if (policy.pcrs) {
    const TPM2B_DIGEST as_they_are{};
    TRY(check(Esys_PolicyPCR(esys, session, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &as_they_are,
                             &*policy.pcrs),
              "read the PCRs"));
  }
  if (!policy.auth_value) return {};
  return check(Esys_PolicyAuthValue(esys, session, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE),
               "ask for the authorisation value");
}

Result<ESYS_TR> Sessions::for_key(const Key& key) {
  forget_dead();
  if (!key.policy) return for_making();
  const ESYS_TR session = TRY(kept(policy_, TPM2_SE_POLICY));
  TRY(check(Esys_PolicyRestart(device_.esys(), session, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE),
            "restart a session"));
  TRY(satisfy(session, *key.policy));
  return session;
}

Result<ESYS_TR> Sessions::for_making() {
  forget_dead();
  if (bus_ == Bus::trusted) return ESYS_TR_PASSWORD;
  return kept(hmac_, TPM2_SE_HMAC);
}

Result<TPM2B_DIGEST> Sessions::digest_of(const KeyPolicy& policy) {
  const ESYS_TR session = TRY(start(TPM2_SE_TRIAL));
  const Result<void> satisfied = satisfy(session, policy);
  TPM2B_DIGEST* digest = nullptr;
  const TSS2_RC code = satisfied.ok() ? Esys_PolicyGetDigest(device_.esys(), session, ESYS_TR_NONE,
                                                             ESYS_TR_NONE, ESYS_TR_NONE, &digest)
                                      : TSS2_RC_SUCCESS;
  static_cast<void>(Esys_FlushContext(device_.esys(), session));
  TRY(satisfied);
  TRY(check(code, "compute a policy"));
  return *owned(digest);
}

}  // namespace chancery::tpm
