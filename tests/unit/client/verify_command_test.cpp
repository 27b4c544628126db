// `chancery verify` from its command line to its exit status.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "client/commands/commands.h"
#include "client/verification/inputs.h"
#include "client/verification/verdict_report.h"
#include "core/base/encoding.h"
#include "core/base/json.h"
#include "tests/support/sigstore/sigstore.h"
#include "tests/support/temporary_directory.h"

namespace chancery::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::read_text;
using testing::Sigstore;
using testing::TemporaryDirectory;
using testing::write_text;

class VerifyCommand : public ::testing::Test {
 protected:
  VerifyCommand() {
    write_text(directory_ / "artefact", sigstore_.artefact);
    write_text(directory_ / "bundle", bundle::write_bundle(sigstore_.sign_artefact()));
    write_text(directory_ / "key", sigstore_.key.public_key().pem());
    write_text(directory_ / "root", bundle::write_trusted_root(sigstore_.log.note_key(), {}));
  }

  ExitStatus verify(const std::string& artifact, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"chancery",       "verify",     "--bundle",
                                   path("bundle"),   "--key",      path("key"),
                                   "--trusted-root", path("root"), artifact};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }

  ExitStatus run(const std::vector<std::string>& words) {
    std::vector<const char*> arguments;
    for (const std::string& word : words) arguments.push_back(word.c_str());
    CommandLine line("chancery", "0", {});
    add_verify(line);
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const ExitStatus status = line.run(static_cast<int>(arguments.size()), arguments.data());
    out_ = ::testing::internal::GetCapturedStdout();
    err_ = ::testing::internal::GetCapturedStderr();
    return status;
  }

  std::string path(std::string_view name) const { return directory_ / name; }

  TemporaryDirectory directory_;
  Sigstore sigstore_;
  std::string out_;
  std::string err_;
};

TEST_F(VerifyCommand, AGoodBundleIsVerifiedAndItsLogNamed) {
  EXPECT_EQ(verify(path("artefact")), ExitStatus::done) << err_;
  EXPECT_THAT(out_, HasSubstr("Verified " + path("artefact")));
  EXPECT_THAT(out_, HasSubstr("log.example.test, entry 3"));
}

TEST_F(VerifyCommand, ADigestDoesForTheFile) {
  EXPECT_EQ(verify("sha256:" + hex_encode(sigstore_.digest().value)), ExitStatus::done) << err_;
}

TEST_F(VerifyCommand, AnotherFileIsRefusedWithTheReason) {
  write_text(directory_ / "artefact", sigstore_.artefact + "x");
  EXPECT_EQ(verify(path("artefact")), ExitStatus::refused);
  EXPECT_EQ(out_, "");
  EXPECT_THAT(err_, HasSubstr("REFUSED " + path("artefact")));
  EXPECT_THAT(err_, HasSubstr("checks had passed"));
}

TEST_F(VerifyCommand, AMalformedBundleIsARefusalAndNotTrouble) {
  write_text(directory_ / "bundle", "{");
  EXPECT_EQ(verify(path("artefact")), ExitStatus::refused);
  EXPECT_THAT(err_, HasSubstr("JSON_MALFORMED"));
}

TEST_F(VerifyCommand, OfManyTheLastLineSaysHowManyCameOutHow) {
  const std::filesystem::path many = directory_ / "many";
  std::filesystem::create_directory(many);
  for (const char* name : {"a", "b", "c"}) {
    write_text(many / name, sigstore_.artefact);
    write_text(many / (std::string(name) + ".sigstore.json"), read_text(directory_ / "bundle"));
  }
  const std::vector<std::string> words{"chancery",       "verify",     "--key", path("key"),
                                       "--trusted-root", path("root"), many};
  EXPECT_EQ(run(words), ExitStatus::done);
  EXPECT_EQ(err_, "3 verified, 0 refused\n");
  write_text(many / "b", "another");
  std::filesystem::remove(many / "c.sigstore.json");
  EXPECT_EQ(run(words), ExitStatus::could_not_run);
  EXPECT_THAT(err_, ::testing::EndsWith("\n1 verified, 1 refused, 1 could not be judged\n"));
  EXPECT_EQ(verify(path("artefact")), ExitStatus::done);
  EXPECT_EQ(err_, "");
}

TEST_F(VerifyCommand, ADigestThatIsNotTheSignedOneCouldNotBeJudgedAndTheOthersCount) {
  const std::string digest = "sha256:" + hex_encode(sigstore_.digest().value);
  sigstore_.key = testing::SigningKey::make(Algorithm::ecdsa_p384_sha384);
  write_text(directory_ / "key", sigstore_.key.public_key().pem());
  write_text(directory_ / "bundle", bundle::write_bundle(sigstore_.sign_artefact()));
  write_text(directory_ / "another", "another");
  write_text(directory_ / "list", digest + "\t" + path("bundle") + "\n" + path("artefact") + "\t" +
                                      path("bundle") + "\n" + path("another") + "\t" +
                                      path("bundle") + "\n");
  std::vector<std::string> words{"chancery", "verify",    "--list",         path("list"),
                                 "--key",    path("key"), "--trusted-root", path("root")};
  EXPECT_EQ(run(words), ExitStatus::could_not_run);
  EXPECT_THAT(err_, HasSubstr("sha384 digest of the artefact, which is not known: give the file"));
  EXPECT_THAT(err_, ::testing::EndsWith("\n1 verified, 1 refused, 1 could not be judged\n"));
}

TEST_F(VerifyCommand, ADigestByWhichNoSubjectIsNamedCouldNotBeJudgedAndTheFileCan) {
  const Digest named = digest(HashAlgorithm::sha512, as_bytes(sigstore_.artefact));
  write_text(directory_ / "bundle",
             bundle::write_bundle(sigstore_.sign_statement(bundle::write_statement(
                 {{"pkg:npm/a", {{"sha512", hex_encode(named.value)}}}}, "p", "{}"))));
  EXPECT_EQ(verify("sha256:" + hex_encode(sigstore_.digest().value)), ExitStatus::could_not_run);
  EXPECT_THAT(err_, HasSubstr("by the sha512 digest, which is not known of the artefact: give the "
                              "file (ARTIFACT_DIGEST_MISSING)"));
  EXPECT_EQ(verify(path("artefact")), ExitStatus::done) << err_;
  write_text(directory_ / "artefact", "another");
  EXPECT_EQ(verify(path("artefact")), ExitStatus::refused);
  EXPECT_THAT(err_, HasSubstr("SUBJECT_MISMATCH"));
}

TEST_F(VerifyCommand, JsonGivesTheTrace) {
  EXPECT_EQ(verify(path("artefact"), {"--json"}), ExitStatus::done);
  const Json json = Json::parse(out_);
  EXPECT_EQ(json["verified"], true);
  EXPECT_EQ(json["artifact"], path("artefact"));
  EXPECT_EQ(json["bundle"], path("bundle"));
  EXPECT_EQ(json["logs"][0]["index"], 3);
  EXPECT_GT(json["checks"].size(), 2U);
}

TEST_F(VerifyCommand, JsonOfARefusalHasTheReasonAndWhatHadPassed) {
  write_text(directory_ / "artefact", "another");
  EXPECT_EQ(verify(path("artefact"), {"--json"}), ExitStatus::refused);
  const Json json = Json::parse(out_);
  EXPECT_EQ(json["verified"], false);
  EXPECT_FALSE(json["error"]["reason"].get<std::string>().empty());
  EXPECT_EQ(json["checks"][0]["name"], "bundle");
  EXPECT_NE(json["failed_check"], "");
}

TEST_F(VerifyCommand, AStatementIsVerifiedForItsSubjectAndShown) {
  write_text(directory_ / "bundle", bundle::write_bundle(sigstore_.sign_statement()));
  EXPECT_EQ(verify(path("artefact")), ExitStatus::done) << err_;
  EXPECT_THAT(out_, HasSubstr("1 subject"));
}

class MissingFile : public VerifyCommand, public ::testing::WithParamInterface<std::string> {};

TEST_P(MissingFile, CouldNotRunAndIsNamed) {
  std::filesystem::remove(directory_ / GetParam());
  EXPECT_EQ(verify(path("artefact")), ExitStatus::could_not_run);
  EXPECT_THAT(err_, HasSubstr(path(GetParam())));
  EXPECT_THAT(err_, HasSubstr("FILE_NOT_FOUND"));
}

INSTANTIATE_TEST_SUITE_P(Files, MissingFile,
                         ::testing::Values("artefact", "bundle", "key", "root"));

TEST_F(VerifyCommand, OfSeveralArtefactsTheListIsNamedAndNotEach) {
  EXPECT_EQ(verify(path("artefact"), {path("another")}), ExitStatus::usage);
  EXPECT_THAT(err_, HasSubstr("--list"));
  EXPECT_THAT(err_, Not(HasSubstr("another")));
}

struct Unusable {
  std::string name;
  std::string option;
  std::string content;  // of the file that the option names
  std::string reason;
};

class UnusableFile : public VerifyCommand, public ::testing::WithParamInterface<Unusable> {};

TEST_P(UnusableFile, IsNoVerdictAndNoWrongUsage) {
  write_text(directory_ / "named", GetParam().content);
  std::vector<std::string> words{"chancery",    "verify",         GetParam().option,
                                 path("named"), "--trusted-root", path("root")};
  if (GetParam().option == "--list")
    words.insert(words.end(), {"--key", path("key")});
  else
    words.insert(words.end(), {"--bundle", path("bundle"), path("artefact")});
  EXPECT_EQ(run(words), ExitStatus::could_not_run);
  EXPECT_THAT(err_, HasSubstr(path("named")));
  EXPECT_THAT(err_, HasSubstr("(" + GetParam().reason + ")"));
}

INSTANTIATE_TEST_SUITE_P(
    Files, UnusableFile,
    ::testing::Values(
        Unusable{"KeyThatIsGarbage", "--key", "no key", "PUBLIC_KEY_MALFORMED"},
        Unusable{"KeyThatIsPrivate", "--key",
                 "-----BEGIN PRIVATE KEY-----\nAAAA\n"
                 "-----END PRIVATE KEY-----\n",
                 "PUBLIC_KEY_MALFORMED"},
        Unusable{"PolicyThatIsNoJson", "--policy", "key: release.pem", "JSON_MALFORMED"},
        Unusable{"PolicyThatIsNone", "--policy", "[]", "POLICY_FILE_INVALID"},
        Unusable{"PolicyThatContradictsItself", "--policy",
                 R"({"rules": [{"artifacts": ["*"], "key": "k", "certificate-identity": "i"}]})",
                 "EXPECTATIONS_CONTRADICT"},
        Unusable{"ListWithALineThatIsNone", "--list", "artefact\tbundle\tmore", "LIST_INVALID"},
        Unusable{"ListWithADigestThatIsNone", "--list", "sha256:abcd\tbundle", "DIGEST_MALFORMED"}),
    [](const auto& test) { return test.param.name; });

TEST_F(VerifyCommand, AKeyThatIsADirectoryIsNoVerdictAndNoWrongUsage) {
  std::filesystem::remove(path("key"));
  std::filesystem::create_directory(path("key"));
  EXPECT_EQ(verify(path("artefact")), ExitStatus::could_not_run);
  EXPECT_THAT(err_, HasSubstr(path("key")));
  EXPECT_THAT(err_, HasSubstr("FILE_IS_DIRECTORY"));
}

TEST_F(VerifyCommand, ADigestThatIsNoneIsUsage) {
  EXPECT_EQ(verify("sha256:abcd"), ExitStatus::usage);
  EXPECT_THAT(err_, HasSubstr("64 lower-case hexadecimal digits"));
}

TEST_F(VerifyCommand, StandardInputCannotBeBoth) {
  EXPECT_EQ(run({"chancery", "verify", "--bundle", "-", "--key", path("key"), "-"}),
            ExitStatus::usage);
}

TEST_F(VerifyCommand, TakesItsOptionsInAnyOrderAndWithAnEqualsSign) {
  EXPECT_EQ(run({"chancery", "verify", path("artefact"), "--key=" + path("key"), "--json",
                 "--trusted-root=" + path("root"), "--bundle=" + path("bundle")}),
            ExitStatus::done)
      << err_;
}

TEST_F(VerifyCommand, FindsTheBundleBesideTheFile) {
  std::filesystem::rename(path("bundle"), path("artefact.sigstore.json"));
  EXPECT_EQ(run({"chancery", "verify", "--key", path("key"), "--trusted-root", path("root"),
                 path("artefact")}),
            ExitStatus::done)
      << err_;
}

TEST_F(VerifyCommand, APatternThatIsNoneIsUsage) {
  EXPECT_EQ(
      run({"chancery", "verify", "--certificate-identity-regexp", "(", "--bundle", path("bundle"),
           "--certificate-oidc-issuer", "https://issuer.test", path("artefact")}),
      ExitStatus::usage);
}

TEST_F(VerifyCommand, AThresholdThatIsNotMetIsRefused) {
  EXPECT_EQ(verify(path("artefact"), {"--log-threshold", "2"}), ExitStatus::refused);
  EXPECT_THAT(err_, HasSubstr("LOG_THRESHOLD_NOT_MET"));
}

TEST_F(VerifyCommand, APredicateTypeIsAUriOrANameOfCosigns) {
  write_text(directory_ / "bundle", bundle::write_bundle(sigstore_.sign_statement()));
  EXPECT_EQ(verify(path("artefact"), {"--type", "spdxxml"}), ExitStatus::usage);
  EXPECT_THAT(err_, HasSubstr("spdxxml"));
}

struct WrongLine {
  std::string name;
  std::vector<std::string> words;
  std::string complaint;
};

class WrongCommandLine : public VerifyCommand, public ::testing::WithParamInterface<WrongLine> {};

TEST_P(WrongCommandLine, IsUsageAndSaysWhy) {
  std::vector<std::string> words{"chancery", "verify"};
  words.insert(words.end(), GetParam().words.begin(), GetParam().words.end());
  EXPECT_EQ(run(words), ExitStatus::usage);
  EXPECT_THAT(err_, HasSubstr(GetParam().complaint));
}

const std::vector<std::string> identity{"--certificate-identity", "a@b.test",
                                        "--certificate-oidc-issuer", "https://issuer.test"};

std::vector<std::string> identity_and(std::vector<std::string> more) {
  more.insert(more.end(), identity.begin(), identity.end());
  return more;
}

INSTANTIATE_TEST_SUITE_P(
    Lines, WrongCommandLine,
    ::testing::Values(
        WrongLine{"NoArtefact", identity, "name an ARTIFACT"},
        WrongLine{"NobodyExpected", {"-b", "b", "x"}, "say who must have signed"},
        WrongLine{"IdentityWithoutIssuer",
                  {"-b", "b", "--certificate-identity", "a@b.test", "x"},
                  "say who must have signed"},
        WrongLine{"KeyAndIdentity", identity_and({"--key", "k", "x"}), "not both"},
        WrongLine{"KeyAndBuild",
                  {"--key", "k", "--source-repository-uri", "https://s.test", "x"},
                  "not both"},
        WrongLine{"TextAndPattern", identity_and({"--certificate-identity-regexp", ".*", "x"}),
                  "and a pattern too"},
        WrongLine{"ThresholdOfNone",
                  {"--key", "k", "--log-threshold", "0", "x"},
                  "--insecure-ignore-tlog"},
        WrongLine{"ThresholdBesideIgnoring",
                  {"--key", "k", "--log-threshold", "2", "--insecure-ignore-tlog", "x"},
                  "--log-threshold beside"},
        WrongLine{"ThresholdOfOneBesideIgnoring",
                  {"--key", "k", "--log-threshold", "1", "--insecure-ignore-tlog", "x"},
                  "--log-threshold beside"},
        WrongLine{"ThresholdBeyondAllBundles",
                  {"--key", "k", "--log-threshold", "4294967295", "x"},
                  "--log-threshold 4294967295: at most 32 can be asked for"},
        WrongLine{"CertificateLogsBeyondAll", identity_and({"--sct-threshold", "33", "x"}),
                  "--sct-threshold 33: at most 32"},
        WrongLine{"PolicyAndTheUsualThreshold",
                  {"--policy", "p", "--log-threshold", "1", "x"},
                  "--policy holds"},
        WrongLine{"DigestThatIsNotTaken",
                  identity_and({"sha1:2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"}), "only sha256:"},
        WrongLine{"ListAndArtefact", identity_and({"--list", "l", "x"}), "no ARTIFACT beside it"},
        WrongLine{"ListAndBundle", identity_and({"--list", "l", "-b", "b"}), "no --bundle"},
        WrongLine{"PolicyAndIdentity", identity_and({"--policy", "p", "x"}), "--policy holds"},
        WrongLine{"DigestWithoutBundle", identity_and({"sha256:" + std::string(64, '0')}),
                  "--bundle is needed"},
        WrongLine{"StandardInputWithoutBundle", identity_and({"-"}), "--bundle is needed"},
        WrongLine{"UnknownOption", {"--insecure-ignore-everything", "x"}, "insecure-ignore"}),
    [](const auto& test) { return test.param.name; });

TEST(VerdictReport, ASignerWithoutIssuerIsNotLeftWithHalfASentence) {
  bundle::Verdict verdict;
  verdict.signer = CertificateIdentity{{SubjectName::Kind::uri, "https://a.test"}, "", {}};
  EXPECT_EQ(describe({"f", "b"}, verdict).at(1), "  signer     https://a.test, of no named issuer");
  verdict.signer->issuer = "https://issuer.test";
  EXPECT_EQ(describe({"f", "b"}, verdict).at(1),
            "  signer     https://a.test, says https://issuer.test");
}

TEST(TrustedRootPlaces, AreTheUsersThenTheSystems) {
  const auto environment = [](std::map<std::string, std::string> variables) -> Environment {
    return [variables = std::move(variables)](const std::string& name) {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
  };
  const std::filesystem::path system = "/etc/chancery/trusted_root.json";
  EXPECT_THAT(default_trusted_roots(environment({{"XDG_CONFIG_HOME", "/c"}, {"HOME", "/h"}})),
              ElementsAre("/c/chancery/trusted_root.json", system));
  EXPECT_THAT(default_trusted_roots(environment({{"HOME", "/h"}})),
              ElementsAre("/h/.config/chancery/trusted_root.json", system));
  EXPECT_THAT(default_trusted_roots(environment({})), ElementsAre(system));
}

}  // namespace
}  // namespace chancery::client
