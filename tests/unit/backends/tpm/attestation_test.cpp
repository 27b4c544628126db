// What a (software) TPM says about its keys, judged by the verifier.
#include "backends/tpm/attestation.h"

#include <gmock/gmock.h>

#include "core/base/limits/key_hosts.h"
#include "core/base/rfc3339.h"
#include "core/crypto/tpm/verify_certify.h"
#include "tests/support/devices/tpm_keys.h"
#include "tests/support/sigstore/memory_ca.h"

namespace chancery::testing {
namespace {

class TpmAttestation : public TpmKeys {
 protected:
  static Bytes challenge() { return Bytes(limits::challenge_bytes, 3); }

  static Result<KeyAttestation> attest(KeyBackend& backend, std::string_view name = "key") {
    return dynamic_cast<KeyAttestor&>(backend).attest_key(name, challenge(), soon());
  }
  // Attests and verifies; "" or the reason why not.
  static std::string judge(KeyBackend& backend, std::string_view name = "key",
                           std::vector<Certificate> anchors = {}) {
    const auto attestation = attest(backend, name);
    if (!attestation.ok()) return attestation.error().reason;
    Bytes spki;
    const std::vector<KeyInfo> keys = backend.list_keys(soon()).value();
    for (const KeyInfo& key : keys) {
      if (key.name == name) spki = key.spki;
    }
    const auto verdict =
        tpm2::verify_certify(*attestation, {challenge(), spki, {}, std::move(anchors)});
    return verdict.ok() ? "" : verdict.error().reason;
  }
  // As the TPM's maker does, under this index.
  void put(const std::string& index, ByteView content) const {
    write_text(swtpm_.directory() / "nv", as_text(content));
    swtpm_.tool("tpm2_nvdefine", {index, "-C", "p", "-s", std::to_string(content.size()), "-a",
                                  "ppwrite|platformcreate|authread|no_da"});
    swtpm_.tool("tpm2_nvwrite", {index, "-C", "p", "-i", "nv"});
  }
  static Bytes attestation_key_of(KeyBackend& backend) {
    const KeyAttestation attestation = attest(backend).value();
    return *attestation.find("attestation-key");
  }
};

TEST_F(TpmAttestation, EveryKindOfKeyThatIsMadeHereIsAttested) {
  const auto backend = open({{"make_missing",
                              "key=ecdsa-p256-sha256,large=ecdsa-p384-sha384,"
                              "rsa=rsa-pkcs1v15-2048-sha256"}});
  EXPECT_EQ(judge(*backend), "");
  EXPECT_EQ(judge(*backend, "large"), "");
  EXPECT_EQ(judge(*backend, "rsa"), "");
}

TEST_F(TpmAttestation, AuthorisationValuesAndPcrsDoNotStandInTheWay) {
  EXPECT_EQ(judge(*open_one({auth_file("value"), {"bus", "untrusted"}})), "");
  std::filesystem::remove(keys_ / "key.pem");
  EXPECT_EQ(judge(*open_one({{"pcrs", "7"}})), "");
}

TEST_F(TpmAttestation, TheAttestationKeyIsTheSameAfterAReset) {
  const auto backend = open_one();
  const Bytes before = attestation_key_of(*backend);
  swtpm_.reset();
  EXPECT_EQ(attestation_key_of(*backend), before);
  EXPECT_EQ(sign(*backend), "");
}

TEST_F(TpmAttestation, LeavesNothingInTheTpm) {
  const auto backend = open_one();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(judge(*backend), "");
}

TEST_F(TpmAttestation, AKeyThatMayBeMovedIsNotAttested) {
  swtpm_.tool("tpm2_createprimary", {"-C", "o", "-c", "primary"});
  swtpm_.tool("tpm2_create",
              {"-C", "primary", "-G", "ecc256:ecdsa-sha256", "-u", "public", "-r", "private", "-a",
               "sign|userwithauth|sensitivedataorigin", "-c", "signer"});
  swtpm_.tool("tpm2_flushcontext", {"-t"});
  swtpm_.tool("tpm2_evictcontrol", {"-C", "o", "-c", "signer", "0x81000201"});
  swtpm_.tool("tpm2_flushcontext", {"-t"});
  const auto backend = open({{"persistent", "movable=0x81000201"}});
  EXPECT_EQ(judge(*backend, "movable"), "KEY_NOT_ATTESTABLE");
}

TEST_F(TpmAttestation, WithoutTheEndorsementHierarchyThereIsNone) {
  const auto backend = open_one();
  swtpm_.tool("tpm2_changeauth", {"-c", "e", "closed"});
  EXPECT_EQ(judge(*backend), "ENDORSEMENT_HIERARCHY_CLOSED");
  EXPECT_EQ(sign(*backend), "");
}

// As makers leave them: the device's own for a key on a curve, its issuers' through two indices.
TEST_F(TpmAttestation, TheMakersChainComesAlongAndLeadsToItsRoot) {
  const MemoryCa ca;
  CertificateShape shape = ca.leaf_shape(*parse_rfc3339("2020-03-01T12:00:00Z"));
  shape.extended_usage = "2.23.133.8.1";
  const Certificate own = ca.issue(shape, SigningKey::make(Algorithm::ecdsa_p256_sha256));
  put("0x1c0000a", own.der());
  const auto backend = open_one();
  EXPECT_EQ(judge(*backend, "key", {ca.root()}), "CERTIFICATE_AUTHORITY_UNKNOWN");
  const Bytes intermediate = ca.intermediate().der();
  Bytes chain = intermediate;
  const Bytes root = ca.root().der();
  chain.insert(chain.end(), root.begin(), root.end());
  const ByteView all = chain;
  put("0x1c00100", all.first(intermediate.size() + 10));
  put("0x1c00101", all.subspan(intermediate.size() + 10));
  const auto attestation = attest(*backend);
  ASSERT_TRUE(attestation.ok()) << attestation.error().message;
  EXPECT_EQ(attestation->certificates, (std::vector<Bytes>{own.der(), intermediate, root}));
  EXPECT_EQ(judge(*backend, "key", {ca.root()}), "");
}

TEST_F(TpmAttestation, TheMakersCertificateComesAlongWithoutItsPadding) {
  const MemoryCa ca;
  CertificateShape shape = ca.leaf_shape(*parse_rfc3339("2020-03-01T12:00:00Z"));
  shape.extended_usage = "2.23.133.8.1";
  const Certificate certificate = ca.issue(shape, SigningKey::make(Algorithm::ecdsa_p256_sha256));
  Bytes padded = certificate.der();
  padded.resize(padded.size() + 100, 0xff);
  put("0x1c00016", padded);
  const auto backend = open_one();
  const auto attestation = attest(*backend);
  ASSERT_TRUE(attestation.ok()) << attestation.error().message;
  EXPECT_EQ(attestation->certificates, std::vector<Bytes>{certificate.der()});
  EXPECT_EQ(judge(*backend, "key", {ca.intermediate()}), "");
  EXPECT_EQ(judge(*backend, "key", {MemoryCa().intermediate()}), "CERTIFICATE_AUTHORITY_UNKNOWN");
}

}  // namespace
}  // namespace chancery::testing
