// Whether a (software) TPM reads what was hidden for it, and for nobody else; tpm2-tools play each
// side against ours.
#include "backends/tpm/activation.h"

#include <gmock/gmock.h>

#include "core/base/encoding.h"
#include "core/base/limits/key_hosts.h"
#include "core/base/rfc3339.h"
#include "core/crypto/tpm/binding.h"
#include "core/crypto/tpm/credential.h"
#include "core/crypto/tpm/structures.h"
#include "core/crypto/tpm/verify_certify.h"
#include "tests/support/devices/tpm_keys.h"
#include "tests/support/sigstore/memory_ca.h"

namespace chancery::testing {
namespace {

class TpmActivation : public TpmKeys {
 protected:
  // The key stays in the TPM, as makers leave it; to make one of RSA anew takes a second each time.
  // `kind` is as tpm2-tools name it.
  explicit TpmActivation(const std::string& kind = "rsa")
      : kind_(kind), handle_(kind == "rsa" ? "0x81010001" : "0x81010002") {
    swtpm_.tool("tpm2_createek", {"-G", kind_, "-c", handle_, "-u", "ek.pem", "-f", "pem"});
    swtpm_.tool("tpm2_flushcontext", {"-t"});
  }

  PublicKey endorsement_key() const {
    return PublicKey::from_pem(read_text(swtpm_.directory() / "ek.pem")).value();
  }
  Bytes attestation_key_name() const {
    return tpm2::parse_public_area(*said().find("attestation-key"))->name;
  }
  KeyAttestation said() const {
    return dynamic_cast<KeyAttestor&>(*backend_)
        .attest_key("key", Bytes(limits::challenge_bytes, 3), soon())
        .value();
  }
  Certificate certify(const PublicKey& key) const {
    CertificateShape shape = ca_.leaf_shape(*parse_rfc3339("2020-03-01T12:00:00Z"));
    shape.extended_usage = "2.23.133.8.1";
    return ca_.issue(shape, key);
  }
  Bytes hide(const PublicKey& key, ByteView name) const {
    return tpm2::make_credential(key, name, secret_, seed_).value();
  }
  Bytes hide() const { return hide(endorsement_key(), attestation_key_name()); }
  // What was hidden, or the reason why it stays so.
  std::string activate(ByteView credential, std::string_view name = "key") const {
    const auto hidden =
        dynamic_cast<KeyAttestor&>(*backend_).activate_credential(name, credential, soon());
    return hidden.ok() ? hex_encode(*hidden) : hidden.error().reason;
  }

  const std::string kind_;
  const std::string handle_;
  const Bytes secret_ = Bytes(32, 0x5e);
  const std::string secret_hex_ = hex_encode(secret_);
  const Bytes seed_ = Bytes(tpm2::credential_seed_bytes, 6);
  const MemoryCa ca_;
  std::unique_ptr<KeyBackend> backend_ = open_one();
};

// What is the same for an endorsement key of RSA and for one on a curve.
class TpmActivationOfEachKind : public TpmActivation,
                                public ::testing::WithParamInterface<std::string> {
 protected:
  TpmActivationOfEachKind() : TpmActivation(GetParam()) {}
};

INSTANTIATE_TEST_SUITE_P(Kinds, TpmActivationOfEachKind,
                         ::testing::Values(std::string("rsa"), std::string("ecc")),
                         [](const auto& each) { return each.param; });

TEST_P(TpmActivationOfEachKind, ReadsWhatWasHiddenForItAndLeavesNothingInTheTpm) {
  const Bytes credential = hide();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(activate(credential), secret_hex_);
  EXPECT_EQ(sign(*backend_), "");
  backend_ = open_one({auth_file("value"), {"bus", "untrusted"}});
  EXPECT_EQ(activate(credential), secret_hex_);
}

TEST_F(TpmActivation, MakesTheEndorsementKeyWhereNoneOrAnotherKeyLiesAtItsHandle) {
  const Bytes credential = hide();
  swtpm_.tool("tpm2_evictcontrol", {"-C", "o", "-c", "0x81010001"});
  EXPECT_EQ(activate(credential), secret_hex_);
  swtpm_.make_persistent_key("0x81010001");
  EXPECT_EQ(activate(credential), secret_hex_);
}

TEST_P(TpmActivationOfEachKind, ReadsWhatTpm2ToolsHid) {
  write_text(swtpm_.directory() / "secret", as_text(secret_));
  swtpm_.tool("tpm2_makecredential",
              {"-T", "none", "-G", kind_, "-u", "ek.pem", "-s", "secret", "-n",
               hex_encode(attestation_key_name()), "-o", "credential"});
  EXPECT_EQ(activate(as_bytes(read_text(swtpm_.directory() / "credential"))), secret_hex_);
}

TEST_P(TpmActivationOfEachKind, Tpm2ToolsReadWhatWeHid) {
  backend_.reset();
  swtpm_.tool("tpm2_createak", {"-C", handle_, "-c", "ak", "-G", "ecc", "-g", "sha256", "-s",
                                "ecdsa", "-n", "name"});
  const std::string name = read_text(swtpm_.directory() / "name");
  write_text(swtpm_.directory() / "credential", as_text(hide(endorsement_key(), as_bytes(name))));
  swtpm_.tool("tpm2_flushcontext", {"-t"});
  swtpm_.tool("tpm2_startauthsession", {"--policy-session", "-S", "session"});
  swtpm_.tool("tpm2_policysecret", {"-S", "session", "-c", "e"});
  swtpm_.tool("tpm2_activatecredential", {"-c", "ak", "-C", handle_, "-i", "credential", "-o",
                                          "hidden", "-P", "session:session"});
  EXPECT_EQ(read_text(swtpm_.directory() / "hidden"), as_text(secret_));
}

TEST_F(TpmActivation, ReadsNothingThatWasHiddenForAnotherKeyOrTpm) {
  Bytes name = attestation_key_name();
  name.back() ^= 1;
  EXPECT_EQ(activate(hide(endorsement_key(), name)), "CREDENTIAL_OF_ANOTHER_KEY");
  Bytes altered = hide();
  altered.at(50) ^= 1;  // of what is encrypted
  EXPECT_EQ(activate(altered), "CREDENTIAL_OF_ANOTHER_KEY");
  const SigningKey other = SigningKey::make(Algorithm::rsa_pkcs1v15_2048_sha256);
  EXPECT_EQ(activate(hide(other.public_key(), attestation_key_name())),
            "CREDENTIAL_OF_ANOTHER_TPM");
  EXPECT_EQ(activate(hide()), secret_hex_);
}

class TpmActivationOnACurve : public TpmActivation {
 protected:
  TpmActivationOnACurve() : TpmActivation("ecc") {}
};

// There each key arrives at a seed, and what it opens with it is altered.
TEST_F(TpmActivationOnACurve, ReadsNothingThatWasHiddenForAnotherKeyOrTpm) {
  Bytes name = attestation_key_name();
  name.back() ^= 1;
  EXPECT_EQ(activate(hide(endorsement_key(), name)), "CREDENTIAL_OF_ANOTHER_KEY");
  const SigningKey other = SigningKey::make(Algorithm::ecdsa_p256_sha256);
  EXPECT_EQ(activate(hide(other.public_key(), attestation_key_name())),
            "CREDENTIAL_OF_ANOTHER_KEY");
  Bytes off_the_curve = hide();
  off_the_curve.back() ^= 1;
  EXPECT_EQ(activate(off_the_curve), "CREDENTIAL_OF_ANOTHER_TPM");
  EXPECT_EQ(activate(hide()), secret_hex_);
}

// A point of P-384, as tpm2-tools write it.
TEST_F(TpmActivationOnACurve, NamesTheKindsThatItReads) {
  Bytes credential = hide();
  credential.resize(credential.size() - 70);  // without the point and its length
  credential.insert(credential.end(), {0, 100});
  credential.resize(credential.size() + 100);
  EXPECT_EQ(activate(credential), "ENDORSEMENT_KEY_UNSUPPORTED");
}

TEST_F(TpmActivation, WhatIsNoCredentialIsSaidToBeNone) {
  const Bytes credential = hide();
  for (std::size_t size = 0; size < credential.size(); ++size) {
    ASSERT_EQ(activate(ByteView(credential).first(size)), "CREDENTIAL_MALFORMED") << size;
  }
  Bytes longer = credential;
  longer.push_back(0);
  EXPECT_EQ(activate(longer), "CREDENTIAL_MALFORMED");
  EXPECT_EQ(activate(credential, "nobody"), "KEY_NOT_FOUND");
}

TEST_F(TpmActivation, WithoutTheEndorsementHierarchyThereIsNone) {
  const Bytes credential = hide();
  swtpm_.tool("tpm2_changeauth", {"-c", "e", "closed"});
  EXPECT_EQ(activate(credential), "ENDORSEMENT_HIERARCHY_CLOSED");
}

TEST_P(TpmActivationOfEachKind, ExchangeProvesWhereTheAttestationKeyLives) {
  KeyAttestation attestation = said();
  const SigningKey elsewhere = SigningKey::make(Algorithm::ecdsa_p384_sha384);
  attestation.certificates = {certify(elsewhere.public_key()).der(),
                              certify(endorsement_key()).der()};
  const auto claim = tpm2::read_claim(attestation, {ca_.intermediate()});
  ASSERT_TRUE(claim.ok()) << claim.error().message;
  EXPECT_EQ(claim->endorsement.der(), attestation.certificates[1]);
  const Bytes credential = tpm2::challenge_claim(*claim, secret_, seed_).value();
  const Bytes answer = *hex_decode(activate(credential));
  EXPECT_TRUE(tpm2::check_answer(*claim, secret_, answer).ok());

  const auto reason = [&](const tpm2::BindingClaim& other, ByteView own, ByteView said) {
    const auto checked = tpm2::check_answer(other, own, said);
    return checked.ok() ? "" : checked.error().reason;
  };
  const tpm2::BindingClaim other_key{Bytes(34, 1), claim->endorsement};
  EXPECT_EQ(reason(other_key, secret_, answer), "CREDENTIAL_ANSWER_WRONG");
  const tpm2::BindingClaim other_tpm{claim->attestation_key_name, certify(endorsement_key())};
  EXPECT_EQ(reason(other_tpm, secret_, answer), "CREDENTIAL_ANSWER_WRONG");
  EXPECT_EQ(reason(*claim, Bytes(32, 1), answer), "CREDENTIAL_ANSWER_WRONG");
  EXPECT_EQ(reason(*claim, secret_, ByteView(answer).first(31)), "CREDENTIAL_ANSWER_WRONG");
}

TEST_F(TpmActivation, ClaimNeedsACertificateOfAKindThatIsKnownFromAKnownMaker) {
  const auto reason = [&](std::vector<Bytes> certificates, const MemoryCa& maker) {
    KeyAttestation attestation = said();
    attestation.certificates = std::move(certificates);
    const auto claim = tpm2::read_claim(attestation, {maker.intermediate()});
    return claim.ok() ? "" : claim.error().reason;
  };
  const SigningKey elsewhere = SigningKey::make(Algorithm::ecdsa_p384_sha384);
  const Bytes curve = certify(elsewhere.public_key()).der();
  const Bytes rsa = certify(endorsement_key()).der();
  EXPECT_EQ(reason({rsa}, ca_), "");
  EXPECT_EQ(reason({}, ca_), "ENDORSEMENT_CERTIFICATE_MISSING");
  EXPECT_EQ(reason({curve}, ca_), "ENDORSEMENT_KEY_UNSUPPORTED");
  EXPECT_EQ(reason({curve, rsa}, ca_), "");
  EXPECT_EQ(reason({rsa}, MemoryCa()), "CERTIFICATE_AUTHORITY_UNKNOWN");
  const auto refused = tpm2::make_credential(elsewhere.public_key(), {}, secret_, seed_);
  EXPECT_EQ(refused.error().reason, "ENDORSEMENT_KEY_UNSUPPORTED");
  EXPECT_EQ(refused.error().message, "the endorsement key is P-384: known are RSA-2048 and P-256");
}

}  // namespace
}  // namespace chancery::testing
