// The whole daemon with a profile whose key lies in a (software) TPM.
#include <gmock/gmock.h>

#include <thread>

#include "chancery/v1/keys.pb.h"
#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/base/rfc3339.h"
#include "core/crypto/pem.h"
#include "tests/end_to_end/configured_daemon.h"
#include "tests/support/devices/swtpm.h"
#include "tests/support/patience.h"
#include "tests/support/program_run.h"
#include "tests/support/sigstore/memory_ca.h"

namespace chancery::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class TpmDaemon : public ::testing::Test {
 protected:
  TpmDaemon() { std::filesystem::create_directory(tpm_.directory() / "keys"); }

  // Asks for a signature with the TPM's key: "" or the reason why not.
  static Result<v1::SignReply> sign(ConfiguredDaemon& daemon, std::string_view name) {
    v1::SignRequest request = sign_request(name, name);
    request.set_profile("hardware");
    return daemon.call<v1::SignReply>(signer, "Sign", request);
  }
  std::string config() const {
    const std::string at = tpm_.directory().path().string();
    return we_may() + "[[backend]]\nname = \"tpm\"\ntype = \"tpm\"\ntcti = \"" + tpm_.tcti() +
           "\"\ndirectory = \"" + at +
           "/keys\"\nmake_missing = [\"key=ecdsa-p256-sha256\"]\n"
           "[[profile]]\nname = \"hardware\"\nbackend = \"tpm\"\nkey = \"key\"\n"
           "signs = \"digests\"\n";
  }
  ProgramOutcome chancery(const ConfiguredDaemon& daemon, std::vector<std::string> arguments) {
    return run({.program = std::filesystem::path(CHANCERY_PROGRAMS) / "chancery",
                .arguments = std::move(arguments),
                .working_directory = work_.path(),
                .environment = {{"CHANCERY_SOCKET", daemon.socket()}}});
  }
  ProgramOutcome openssl(std::vector<std::string> arguments) {
    return run({.program = "/usr/bin/openssl",
                .arguments = std::move(arguments),
                .working_directory = work_.path()});
  }

  Swtpm tpm_;
  TemporaryDirectory work_;
};

TEST_F(TpmDaemon, CommandSignsAndOpensslTheTpmAndOurVerifierAgree) {
  const ConfiguredDaemon daemon(config());
  write_text(work_ / "app", "an artefact");
  const auto signing = chancery(daemon, {"sign", "--profile", "hardware", "app"});
  ASSERT_EQ(signing.status, 0) << signing.err;
  write_text(work_ / "root.json", chancery(daemon, {"trust", "export"}).out);
  write_text(work_ / "key.pem", chancery(daemon, {"keys", "public-key", "hardware"}).out);
  const auto verified = chancery(daemon, {"verify", "--bundle", "app.sigstore.json", "--key",
                                          "key.pem", "--trusted-root", "root.json", "app"});
  EXPECT_EQ(verified.status, 0) << verified.err;

  const Json bundle = Json::parse(read_text(work_ / "app.sigstore.json"));
  const auto signature = base64_decode(bundle["messageSignature"]["signature"].get<std::string>());
  write_text(work_ / "signature", as_text(*signature));
  const auto by_openssl =
      openssl({"dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "app"});
  EXPECT_EQ(by_openssl.status, 0) << by_openssl.out << by_openssl.err;
  tpm_.tool("tpm2_flushcontext", {"-t"});
  tpm_.tool("tpm2_loadexternal",
            {"-C", "n", "-G", "ecc", "-u", work_ / "key.pem", "-c", "external"});
  tpm_.tool("tpm2_verifysignature", {"-c", "external", "-g", "sha256", "-m", work_ / "app", "-f",
                                     "ecdsa", "-s", work_ / "signature"});
}

// The word after `label` in what was printed; empty where there is none.
std::string word_after(const std::string& text, std::string_view label) {
  const std::size_t at = text.find(label);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + label.size();
  return text.substr(begin, text.find('\n', begin) - begin);
}

TEST_F(TpmDaemon, AttestsWhereAKeyWasBornAndOurVerifierBelievesNoOtherWord) {
  const ConfiguredDaemon daemon(config());
  const auto made =
      chancery(daemon, {"keys", "make", "tpm:made", "--algorithm", "ecdsa-p384-sha384"});
  ASSERT_EQ(made.status, 0) << made.err;
  write_text(work_ / "made.pem", made.out);
  write_text(work_ / "other.pem", chancery(daemon, {"keys", "public-key", "tpm:key"}).out);
  const std::string challenge(64, '5');
  const auto attested = chancery(
      daemon, {"keys", "attest", "tpm:made", "--challenge", challenge, "--output", "said.json"});
  ASSERT_EQ(attested.status, 0) << attested.err;
  const std::string signer = word_after(attested.err, "Attestation key: ");
  const auto verify = [&](const std::string& file, const std::string& key,
                          const std::string& asked) {
    return chancery(daemon, {"keys", "verify-attestation", file, "--key", key, "--challenge", asked,
                             "--attestation-key", signer});
  };

  const auto verified = verify("said.json", "made.pem", challenge);
  EXPECT_EQ(verified.status, 0) << verified.err;
  EXPECT_THAT(verified.out, HasSubstr("the key was born in the TPM that holds"));
  const auto other_key = verify("said.json", "other.pem", challenge);
  EXPECT_EQ(other_key.status, 1);
  EXPECT_THAT(other_key.err, HasSubstr("another key than the expected one"));
  const auto old = verify("said.json", "made.pem", std::string(64, '6'));
  EXPECT_EQ(old.status, 1);
  EXPECT_THAT(old.err, HasSubstr("answers the challenge"));

  Json altered = Json::parse(read_text(work_ / "said.json"));
  Bytes statement = *base64_decode(altered["parts"]["statement"].get<std::string>());
  statement.back() ^= 1;
  altered["parts"]["statement"] = base64_encode(statement);
  write_text(work_ / "altered.json", altered.dump());
  const auto refused = verify("altered.json", "made.pem", challenge);
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("did not sign this statement"));
  EXPECT_EQ(verify("missing.json", "made.pem", challenge).status, 3);
  const auto unnamed = chancery(daemon, {"keys", "verify-attestation", "said.json", "--key",
                                         "made.pem", "--challenge", challenge});
  EXPECT_EQ(unnamed.status, 2);
  EXPECT_THAT(unnamed.err, HasSubstr("--insecure-accept-any-attestation-key"));
}

// As tpm2-tools name it, and where its certificate lies.
struct EndorsementKind {
  std::string name;
  std::string index;
};

// A TPM as its maker ships it: an endorsement key with a certificate.
class EndorsedTpmDaemon : public TpmDaemon, public ::testing::WithParamInterface<EndorsementKind> {
 protected:
  EndorsedTpmDaemon() {
    const auto& [kind, index] = GetParam();
    tpm_.tool("tpm2_createek", {"-G", kind, "-c", "0x81010001", "-u", "ek.pem", "-f", "pem"});
    tpm_.tool("tpm2_flushcontext", {"-t"});
    CertificateShape shape = maker_.leaf_shape(*parse_rfc3339("2020-03-01T12:00:00Z"));
    shape.extended_usage = "2.23.133.8.1";
    const auto key = PublicKey::from_pem(read_text(tpm_.directory() / "ek.pem"));
    const Bytes certificate = maker_.issue(shape, *key).der();
    write_text(tpm_.directory() / "ek.der", as_text(certificate));
    tpm_.tool("tpm2_nvdefine", {index, "-C", "p", "-s", std::to_string(certificate.size()), "-a",
                                "ppwrite|platformcreate|authread|no_da"});
    tpm_.tool("tpm2_nvwrite", {index, "-C", "p", "-i", "ek.der"});
    write_text(work_ / "makers.pem", write_pem("CERTIFICATE", maker_.intermediate().der()));
  }

  const std::string challenge_ = std::string(64, '5');
  const MemoryCa maker_;
};

INSTANTIATE_TEST_SUITE_P(Kinds, EndorsedTpmDaemon,
                         ::testing::Values(EndorsementKind{"rsa", "0x1c00002"},
                                           EndorsementKind{"ecc", "0x1c0000a"}),
                         [](const auto& each) { return each.param.name; });

TEST_P(EndorsedTpmDaemon, ExchangeProvesToAVerifierElsewhereWhichTpmAttests) {
  const ConfiguredDaemon daemon(config());
  write_text(work_ / "key.pem", chancery(daemon, {"keys", "public-key", "tpm:key"}).out);
  ASSERT_EQ(chancery(daemon, {"keys", "attest", "tpm:key", "--challenge", challenge_, "--output",
                              "said.json"})
                .status,
            0);
  const auto hide = [&](const std::string& secret) {
    return chancery(daemon, {"keys", "make-credential", "said.json", "--anchors", "makers.pem",
                             "--secret", secret, "--output", "credential"});
  };
  const auto verify = [&](const std::string& answer, const std::string& secret) {
    return chancery(daemon, {"keys", "verify-attestation", "said.json", "--key", "key.pem",
                             "--challenge", challenge_, "--anchors", "makers.pem", "--secret",
                             secret, "--answer", answer, "--json"});
  };
  const auto hidden = hide("secret");
  ASSERT_EQ(hidden.status, 0) << hidden.err;
  EXPECT_EQ(std::filesystem::status(work_ / "secret").permissions(), std::filesystem::perms(0600));
  const auto activated = chancery(daemon, {"keys", "activate", "tpm:key", "credential"});
  ASSERT_EQ(activated.status, 0) << activated.err;
  const std::string answer = activated.out.substr(0, 64);
  const auto verified = verify(answer, "secret");
  EXPECT_EQ(verified.status, 0) << verified.err;
  EXPECT_EQ(Json::parse(verified.out)["attestation_key_is_bound_to_endorsement"], true);

  const auto guessed = verify(std::string(64, '0'), "secret");
  EXPECT_EQ(guessed.status, 1);
  EXPECT_THAT(guessed.out, HasSubstr("CREDENTIAL_ANSWER_WRONG"));
  ASSERT_EQ(hide("another").status, 0);
  EXPECT_EQ(verify(answer, "another").status, 1);
  ASSERT_EQ(hide("secret").status, 0);  // the same secret again: the answer holds
  EXPECT_EQ(verify(answer, "secret").status, 0);
  std::filesystem::permissions(work_ / "secret", std::filesystem::perms(0644));
  EXPECT_EQ(verify(answer, "secret").status, 2);
  EXPECT_EQ(verify(answer, "").status, 2);
  write_text(work_ / "makers.pem", write_pem("CERTIFICATE", MemoryCa().intermediate().der()));
  EXPECT_EQ(hide("another").status, 1);
}

TEST_P(EndorsedTpmDaemon, WhatIsNotForThisTpmStaysHidden) {
  ConfiguredDaemon daemon(config());
  v1::ActivateCredentialRequest request;
  const auto reason = [&](const std::string& key, std::size_t size) {
    request.set_key(key);
    request.set_credential(std::string(size, 'c'));
    return daemon
        .call<v1::ActivateCredentialReply>("chancery.v1.Keys", "ActivateCredential", request)
        .error()
        .reason;
  };
  EXPECT_EQ(reason("tpm:key", 336), "CREDENTIAL_MALFORMED");
  EXPECT_EQ(reason("tpm:key", 1025), "CREDENTIAL_TOO_LARGE");
  EXPECT_EQ(reason("tpm:nobody", 336), "KEY_NOT_FOUND");
  EXPECT_EQ(reason("software:default", 336), "CANNOT_ATTEST_KEYS");
}

TEST_F(TpmDaemon, TheAuthorisationValueComesFromSystemdsCredential) {
  const TemporaryDirectory credentials;
  const auto give = [&](std::string_view value) {
    std::filesystem::remove(credentials / "tpm-value");
    write_text(credentials / "tpm-value", value);
    std::filesystem::permissions(credentials / "tpm-value", std::filesystem::perms(0440));
  };
  std::string with_credential = config();
  const std::string_view type = "type = \"tpm\"\n";
  with_credential.insert(with_credential.find(type) + type.size(),
                         "auth_credential = \"tpm-value\"\nguard_guessing = true\n");
  Stage under_systemd;
  under_systemd.environment = {{"CREDENTIALS_DIRECTORY", credentials.path()}};
  give("tulip");
  ConfiguredDaemon daemon(with_credential, "", std::move(under_systemd));
  const auto reply = sign(daemon, "with-the-value");
  EXPECT_TRUE(reply.ok()) << reply.error().message;
  give("rose");
  daemon.restart();
  EXPECT_EQ(sign(daemon, "with-another-value").error().reason, "TPM_AUTH_WRONG");
  give("tulip");
  daemon.restart();
  EXPECT_TRUE(sign(daemon, "with-the-value-again").ok());
}

TEST_F(TpmDaemon, KeysInSoftwareAreNotAttested) {
  ConfiguredDaemon daemon(config());
  v1::AttestKeyRequest request;
  request.set_key("software:default");
  request.set_challenge(std::string(32, 'c'));
  const auto refused = daemon.call<v1::AttestKeyReply>("chancery.v1.Keys", "AttestKey", request);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "CANNOT_ATTEST_KEYS");
  request.set_challenge("short");
  EXPECT_EQ(
      daemon.call<v1::AttestKeyReply>("chancery.v1.Keys", "AttestKey", request).error().reason,
      "CHALLENGE_LENGTH_WRONG");
}

TEST_F(TpmDaemon, ResetsAndRestartsOfTheTpmNeedNoneOfTheDaemon) {
  ConfiguredDaemon daemon(config());
  ASSERT_TRUE(sign(daemon, "before").ok());
  tpm_.reset();
  EXPECT_TRUE(sign(daemon, "after-a-reset").ok());
  tpm_.stop();
  const auto refused = sign(daemon, "while-it-is-gone");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(refused.error().reason, "TPM_ABSENT");
  EXPECT_THAT(chancery(daemon, {"status"}).out,
              HasSubstr("TROUBLE: backend tpm refuses to sign: cannot reach the TPM"));
  tpm_.start();
  EXPECT_TRUE(sign(daemon, "after-it-came-back").ok());
  EXPECT_THAT(chancery(daemon, {"status"}).out, Not(HasSubstr("refuses to sign")));
  tpm_.tool("tpm2_flushcontext", {"-t"});
  EXPECT_TRUE(sign(daemon, "after-others-unloaded-all").ok());
}

// Nobody signs: it is asked every 10 s whether it is there.
TEST_F(TpmDaemon, WhatHappensToAnIdleTpmIsSeenInStatusDoctorAndMetrics) {
  const ConfiguredDaemon daemon(config());
  const auto await_metric = [&](const std::string& line) {
    const Patience patience;
    while (chancery(daemon, {"status", "--metrics"}).out.find(line) == std::string::npos) {
      ASSERT_FALSE(patience.ended()) << line;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  };
  await_metric("chancery_backend_up{backend=\"tpm\"} 1\n");
  tpm_.stop();
  await_metric("chancery_backend_up{backend=\"tpm\"} 0\n");
  EXPECT_THAT(chancery(daemon, {"status"}).out,
              AllOf(ContainsRegex("tpm +tpm +refuses"),
                    HasSubstr("TROUBLE: backend tpm refuses to sign: cannot reach the TPM")));
  EXPECT_THAT(chancery(daemon, {"doctor"}).out,
              HasSubstr("up, but it refuses to sign: cannot reach the TPM"));
  EXPECT_THAT(daemon.standard_error(), HasSubstr("backend \"tpm\": cannot reach the TPM"));
  tpm_.start();
  await_metric("chancery_backend_up{backend=\"tpm\"} 1\n");
  EXPECT_THAT(chancery(daemon, {"status"}).out, Not(HasSubstr("refuses")));
  EXPECT_THAT(daemon.standard_error(), HasSubstr("backend \"tpm\" is up again"));
}

TEST_F(TpmDaemon, StartsWithoutTheTpmAndSignsOnceItComes) {
  tpm_.stop();
  ConfiguredDaemon daemon(config());
  EXPECT_THAT(chancery(daemon, {"status"}).out,
              HasSubstr("TROUBLE: backend tpm is down: cannot reach the TPM"));
  const auto refused = sign(daemon, "too-early");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr("cannot reach the TPM"), HasSubstr("sock")));
  tpm_.start();
  const Patience patience;
  Result<v1::SignReply> reply = refused;
  for (int i = 0; !reply.ok() && !patience.ended(); ++i) {
    reply = sign(daemon, "try-" + std::to_string(i));
  }
  EXPECT_TRUE(reply.ok()) << reply.error().reason << ": " << reply.error().message;

  // The key that was made then is in use: another in its place would sign unseen.
  daemon.stop();
  std::filesystem::remove(tpm_.directory() / "keys" / "key.pem");
  EXPECT_FALSE(daemon.try_start().ok());
  EXPECT_THAT(daemon.standard_error(),
              HasSubstr("the key tpm:key, which was in use here, is gone"));
}

}  // namespace
}  // namespace chancery::testing
