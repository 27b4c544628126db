// `chancery verify` of many: lists, directories, and policies that differ by artefact.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "client/verification/inputs.h"
#include "client/verification/judge.h"
#include "core/base/limits/bundles.h"
#include "core/base/limits/command.h"
#include "tests/support/sigstore/sigstore.h"
#include "tests/support/temporary_directory.h"

namespace chancery::client {
namespace {

using ::testing::ElementsAre;
using ::testing::FieldsAre;
using ::testing::IsEmpty;
using testing::Sigstore;
using testing::TemporaryDirectory;
using testing::write_text;

class Many : public ::testing::Test {
 protected:
  std::string path(std::string_view name) const { return directory_ / name; }

  // A file with its bundle beside it.
  void add_signed(const std::string& name, const std::string& suffix = ".sigstore.json") {
    sigstore_.artefact = "the content of " + name;
    write_text(directory_ / name, sigstore_.artefact);
    write_text(directory_ / (name + suffix), bundle::write_bundle(sigstore_.sign_artefact()));
  }

  // What comes through a pipe can be read only once.
  std::string piped(const std::string& content) {
    const std::string pipe = path("pipe");
    EXPECT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    writer_ = std::jthread([pipe, content] { std::ofstream(pipe) << content; });
    return pipe;
  }

  // "verified", or the reason of the refusal or of the trouble, by artefact.
  std::vector<std::pair<std::string, std::string>> judge_all(const std::vector<Case>& cases) {
    std::vector<std::pair<std::string, std::string>> results;
    const bundle::TrustedRoot root = sigstore_.root();
    judge(cases, {root, policies_, on_read_}, [&](const Outcome& outcome) {
      std::string result = "verified";
      if (!outcome.verdict.ok())
        result = outcome.verdict.error().reason;
      else if (!outcome.verdict->verified())
        result = outcome.verdict->refusal->reason;
      results.emplace_back(std::filesystem::path(outcome.about->artifact).filename(), result);
    });
    return results;
  }

  // Why nothing was judged; "none": there is a verdict.
  std::string trouble_with(const std::string& artifact, const std::string& bundle) {
    std::string reason;
    judge({{artifact, bundle}}, {sigstore_.root(), policies_, {}}, [&](const Outcome& outcome) {
      reason = outcome.verdict.ok() ? "none" : outcome.verdict.error().reason;
    });
    return reason;
  }

  TemporaryDirectory directory_;
  Sigstore sigstore_;
  Policies policies_ = Policies::for_all(sigstore_.policy());
  OnRead on_read_;
  std::jthread writer_;
};

TEST_F(Many, EachFileOfADirectoryIsJudgedInItsOrder) {
  add_signed("b");
  add_signed("a");
  add_signed("c");
  write_text(directory_ / "b", "another");
  const auto cases = find_cases(path(""));
  ASSERT_TRUE(cases.ok());
  const auto results = judge_all(*cases);
  ASSERT_EQ(results.size(), 3U);
  EXPECT_THAT(results[0], FieldsAre("a", "verified"));
  EXPECT_EQ(results[1].first, "b");
  EXPECT_NE(results[1].second, "verified");
  EXPECT_THAT(results[2], FieldsAre("c", "verified"));
}

TEST_F(Many, ABundleThatIsTooLongIsRefused) {
  add_signed("long");
  std::filesystem::resize_file(path("long.sigstore.json"), limits::bundle_bytes_max + 1);
  judge(*find_cases(path("")), {sigstore_.root(), policies_, on_read_}, [](const Outcome& outcome) {
    ASSERT_TRUE(outcome.verdict.ok()) << "it is a verdict, not a trouble of the command";
    EXPECT_EQ(outcome.verdict->refusal->reason, "FILE_TOO_LARGE");
  });
}

TEST_F(Many, AFileWithoutABundleHasFailedAndSoHasABundleWithoutAFile) {
  add_signed("signed");
  write_text(directory_ / "slipped_in", "unsigned");
  add_signed("gone");
  std::filesystem::remove(path("gone"));
  EXPECT_THAT(judge_all(*find_cases(path(""))),
              ElementsAre(FieldsAre("gone", "FILE_NOT_FOUND"), FieldsAre("signed", "verified"),
                          FieldsAre("slipped_in", "FILE_NOT_FOUND")));
}

TEST_F(Many, AnAttestationIsFoundUnderItsType) {
  add_signed("app.tar", ".spdxjson.sigstore.json");
  EXPECT_THAT(judge_all(*find_cases(path(""))), ElementsAre(FieldsAre("app.tar", "verified")));
}

TEST_F(Many, DirectoriesWithinAreLookedInto) {
  std::filesystem::create_directory(path("below"));
  add_signed("below/app");
  EXPECT_THAT(judge_all(*find_cases(path(""))), ElementsAre(FieldsAre("app", "verified")));
}

TEST_F(Many, ALinkThatIsNoFileIsNotPassedOver) {
  const TemporaryDirectory elsewhere;
  write_text(elsewhere / "slipped_in", "unsigned");
  std::filesystem::create_directory_symlink(elsewhere / "", path("linked"));
  std::filesystem::create_symlink("nowhere", path("dangling"));
  add_signed("other");
  std::filesystem::rename(path("other.sigstore.json"), path("linked.sigstore.json"));
  EXPECT_THAT(
      judge_all(*find_cases(path(""))),
      ElementsAre(FieldsAre("dangling", "FILE_NOT_FOUND"), FieldsAre("linked", "FILE_IS_DIRECTORY"),
                  FieldsAre("other", "FILE_NOT_FOUND")));
}

TEST_F(Many, APipeInADirectoryIsNotWaitedFor) {
  add_signed("app");
  std::filesystem::remove(path("app"));
  ASSERT_EQ(::mkfifo(path("app").c_str(), 0600), 0);
  const auto cases = find_cases(path(""));
  ASSERT_FALSE(cases.ok());
  EXPECT_EQ(cases.error().reason, "LIST_INVALID");
}

TEST_F(Many, AnArtefactIsReadOnceForAllItsBundles) {
  add_signed("content");
  write_text(directory_ / "second", bundle::write_bundle(sigstore_.sign_artefact()));
  const std::string pipe = piped(sigstore_.artefact);
  EXPECT_THAT(judge_all({{pipe, path("content.sigstore.json")}, {pipe, path("second")}}),
              ElementsAre(FieldsAre("pipe", "verified"), FieldsAre("pipe", "verified")));
}

TEST_F(Many, BundlesBeyondWhatIsKeptAreReadAgain) {
  // Blanks are JSON too.
  const std::string bundle = bundle::write_bundle(sigstore_.sign_artefact()) +
                             std::string(limits::bundles_kept_bytes_max / 3, ' ');
  write_text(directory_ / "content", sigstore_.artefact);
  std::vector<Case> cases;
  for (const char* name : {"1", "2", "3", "4"}) {
    write_text(directory_ / name, bundle);
    cases.push_back({path("content"), path(name)});
  }
  // While the artefact is hashed.
  on_read_ = [&](const ReadProgress&) {
    for (const Case& one : cases) write_text(one.bundle, "{}");
  };
  EXPECT_THAT(judge_all(cases),
              ElementsAre(FieldsAre("content", "verified"), FieldsAre("content", "verified"),
                          FieldsAre("content", "BUNDLE_FIELD_MISSING"),
                          FieldsAre("content", "BUNDLE_FIELD_MISSING")));
}

TEST_F(Many, MoreVerdictsThanMayWaitComeBackInOrder) {
  std::vector<Case> cases;
  for (const char* name : {"a", "b", "c"})
    cases.insert(cases.end(), limits::verdicts_waiting_max + 1, {path(name), path("nowhere")});
  const auto results = judge_all(cases);
  ASSERT_EQ(results.size(), cases.size());
  EXPECT_TRUE(std::ranges::is_sorted(results));
  EXPECT_THAT(results.back(), FieldsAre("c", "FILE_NOT_FOUND"));
}

TEST_F(Many, PureEd25519IsOverTheArtefactItselfWhichIsReadOnce) {
  sigstore_.key = testing::SigningKey::make(Algorithm::ed25519);
  bundle::Bundle bundle = sigstore_.sign_artefact();
  const Bytes signature = sigstore_.key.sign(Algorithm::ed25519, as_bytes(sigstore_.artefact));
  std::get<bundle::MessageSignature>(bundle.content).signature = signature;
  write_text(directory_ / "bundle", bundle::write_bundle(bundle));
  bundle::Policy policy = sigstore_.policy();
  policy.ignore_transparency_log_unsafe = true;  // no log records such a signature
  policies_ = Policies::for_all(policy);
  EXPECT_THAT(judge_all({{piped(sigstore_.artefact), path("bundle")}}),
              ElementsAre(FieldsAre("pipe", "verified")));
  EXPECT_EQ(trouble_with(digest_text(sigstore_.digest()), path("bundle")),
            "ARTIFACT_CONTENT_MISSING");
}

TEST_F(Many, WhatIsTooLargeToBeReadWholeIsNotJudged) {
  sigstore_.key = testing::SigningKey::make(Algorithm::ed25519);
  bundle::Bundle bundle = sigstore_.sign_artefact();
  std::get<bundle::MessageSignature>(bundle.content).message_digest.reset();
  write_text(directory_ / "bundle", bundle::write_bundle(bundle));
  write_text(directory_ / "large", "");
  std::filesystem::resize_file(path("large"), limits::whole_artifact_bytes_max + 1);
  bundle::Policy policy = sigstore_.policy();
  policy.ignore_transparency_log_unsafe = true;
  policies_ = Policies::for_all(policy);
  EXPECT_EQ(trouble_with(path("large"), path("bundle")), "ARTIFACT_TOO_LARGE");
}

TEST_F(Many, ADigestThatIsNotTheSignedOneIsNoRefusal) {
  sigstore_.key = testing::SigningKey::make(Algorithm::ecdsa_p384_sha384);
  add_signed("content");
  policies_ = Policies::for_all(sigstore_.policy());
  const std::string digest =
      digest_text(chancery::digest(HashAlgorithm::sha256, as_bytes(sigstore_.artefact)));
  EXPECT_EQ(trouble_with(digest, path("content.sigstore.json")), "ARTIFACT_DIGEST_MISSING");
  EXPECT_EQ(trouble_with(path("content"), path("content.sigstore.json")), "none");
}

TEST_F(Many, ManyMoreThanThereAreThreadsComeBackInOrder) {
  std::vector<Case> cases;
  for (int index = 0; index < 200; ++index) {
    const std::string name = std::to_string(index);
    add_signed(name);
    cases.push_back({path(name), path(name + ".sigstore.json")});
  }
  const auto results = judge_all(cases);
  ASSERT_EQ(results.size(), cases.size());
  for (std::size_t index = 0; index < results.size(); ++index)
    EXPECT_THAT(results[index], FieldsAre(std::to_string(index), "verified"));
}

TEST_F(Many, AListNamesTheBundleOrLeavesItBesideTheFile) {
  write_text(directory_ / "list", "one\n\ntwo words\telsewhere\n");
  const auto cases = read_list(path("list"));
  ASSERT_TRUE(cases.ok()) << cases.error().message;
  EXPECT_THAT(*cases, ElementsAre(FieldsAre("one", "one.sigstore.json"),
                                  FieldsAre("two words", "elsewhere")));
}

TEST_F(Many, AnEmptyListHoldsNothing) {
  write_text(directory_ / "list", "\n");
  EXPECT_THAT(*read_list(path("list")), IsEmpty());
}

TEST_F(Many, ADigestInAListNeedsItsBundleNamed) {
  // A file of this name would otherwise pass unread, by a bundle of another's beside it.
  const std::string digest = digest_text(sigstore_.digest());
  write_text(directory_ / "list", digest);
  const auto cases = read_list(path("list"));
  ASSERT_FALSE(cases.ok());
  EXPECT_EQ(cases.error().reason, "LIST_INVALID");
  write_text(directory_ / "list", digest + "\tbundle");
  EXPECT_THAT(*read_list(path("list")), ElementsAre(FieldsAre(digest, "bundle")));
  write_text(directory_ / "list", "./" + digest);
  EXPECT_TRUE(read_list(path("list")).ok());
}

TEST_F(Many, AMalformedLineIsNamed) {
  // A path would end at a NUL byte, for whoever opens it.
  for (const std::string& line :
       {std::string("\tbundle"), std::string("file\t"), std::string("file\tbundle\tmore"),
        std::string("-"), std::string("file\t-"), std::string("file\tbundle\0.json", 17),
        std::string("file\0\tbundle", 12)}) {
    write_text(directory_ / "list", line);
    const auto cases = read_list(path("list"));
    ASSERT_FALSE(cases.ok()) << line;
    EXPECT_EQ(cases.error().reason, "LIST_INVALID");
  }
}

class PolicyFile : public Many {
 protected:
  PolicyFile() { write_text(directory_ / "release.pem", sigstore_.key.public_key().pem()); }

  Result<Policies> load(const std::string& text) {
    write_text(directory_ / "policy.json", text);
    return load_policies(path("policy.json"));
  }

  std::string reason(const std::string& text) {
    const auto policies = load(text);
    return policies.ok() ? "none" : policies.error().reason;
  }
};

TEST_F(PolicyFile, EachArtefactIsHeldToTheFirstRuleThatFits) {
  policies_ = *load(R"({"rules": [
    {"artifacts": ["strict*"], "key": "release.pem", "log-threshold": 2},
    {"artifacts": ["*.tar", "strict_too"], "key": "release.pem"}]})");
  for (const std::string name : {"app.tar", "other", "strict.tar"}) add_signed(name);
  std::filesystem::remove(path("policy.json"));
  std::filesystem::remove(path("release.pem"));
  EXPECT_THAT(
      judge_all(*find_cases(path(""))),
      ElementsAre(FieldsAre("app.tar", "verified"), FieldsAre("other", "ARTIFACT_NOT_IN_POLICY"),
                  FieldsAre("strict.tar", "LOG_THRESHOLD_NOT_MET")));
}

TEST_F(PolicyFile, APatternWithASlashIsAboutTheWholePath) {
  const auto policies =
      load(R"({"rules": [{"artifacts": ["releases/*.tar"], "key": "release.pem"}]})");
  ASSERT_TRUE(policies.ok()) << policies.error().message;
  EXPECT_TRUE(policies->find("releases/a.tar").ok());
  EXPECT_FALSE(policies->find("releases/old/a.tar").ok());
  EXPECT_FALSE(policies->find("a.tar").ok());
}

TEST_F(PolicyFile, HoweverAnArtefactIsSpeltTheSameRuleIsAboutIt) {
  for (const std::string pattern : {"dir/*.deb", "./dir/*.deb", "dir//*.deb", "x/../dir/*.deb"}) {
    const auto policies =
        load(R"({"rules": [{"artifacts": [")" + pattern + R"("], "key": "release.pem",
        "log-threshold": 2}, {"artifacts": ["*"], "key": "release.pem"}]})");
    ASSERT_TRUE(policies.ok()) << policies.error().message;
    const std::string here = std::filesystem::current_path().string();
    for (const std::string& artifact :
         {std::string("dir/a.deb"), std::string("./dir/a.deb"), std::string("dir//a.deb"),
          std::string("dir/../dir/./a.deb"), here + "/dir/a.deb", here + "//dir/../dir/a.deb"}) {
      EXPECT_EQ((*policies->find(artifact))->log_entries_min, 2U) << pattern << " " << artifact;
    }
    for (const std::string& artifact : {std::string("a.deb"), std::string("other/dir/a.deb"),
                                        std::string("../dir/a.deb"), here + "/a.deb"}) {
      EXPECT_NE((*policies->find(artifact))->log_entries_min, 2U) << pattern << " " << artifact;
    }
  }
}

TEST_F(PolicyFile, AnAbsolutePatternIsAboutThatPlace) {
  const std::string here = std::filesystem::current_path().string();
  const auto policies =
      load(R"({"rules": [{"artifacts": [")" + here + R"(/*.deb"], "key": "release.pem"}]})");
  ASSERT_TRUE(policies.ok()) << policies.error().message;
  EXPECT_TRUE(policies->find("a.deb").ok());
  EXPECT_TRUE(policies->find(here + "/./a.deb").ok());
  EXPECT_FALSE(policies->find("/a.deb").ok());
}

TEST_F(PolicyFile, EveryOptionOfTheCommandLineIsThere) {
  const auto policies = load(R"({"rules": [{"artifacts": ["*"],
    "certificate-identity-regexp": "https://github.com/me/.*",
    "certificate-oidc-issuer": "https://token.actions.githubusercontent.com",
    "certificate-github-workflow-trigger": "push", "source-repository-uri": "https://github.com/me/x",
    "type": "slsaprovenance1", "timestamp-threshold": 1, "insecure-ignore-sct": true}]})");
  ASSERT_TRUE(policies.ok()) << policies.error().message;
  const bundle::Policy& policy = policies->rules().front().policy;
  EXPECT_TRUE(policy.identity->accepts("https://github.com/me/any"));
  EXPECT_EQ(policy.fields.size(), 2U);
  EXPECT_EQ(policy.timestamps_min, 1U);
  EXPECT_TRUE(policy.ignore_scts_unsafe);
  EXPECT_TRUE(policy.predicate_type->accepts("https://slsa.dev/provenance/v1"));
}

TEST_F(PolicyFile, AnOptionThatDoesNotExistIsNotPassedOver) {
  EXPECT_EQ(reason(R"({"rules": [{"artifacts": ["*"], "key": "release.pem", "logs": 2}]})"),
            "POLICY_FILE_INVALID");
}

TEST_F(PolicyFile, AnEmptyExpectationIsNotPassedOver) {
  EXPECT_EQ(reason(R"({"rules": [{"artifacts": ["*"], "key": "release.pem", "type": ""}]})"),
            "POLICY_FILE_INVALID");
}

TEST_F(PolicyFile, WhatIsNoPolicyIsRefusedWithTheReason) {
  EXPECT_EQ(reason("{"), "JSON_MALFORMED");
  EXPECT_EQ(reason("[]"), "POLICY_FILE_INVALID");
  EXPECT_EQ(reason(R"({"rules": 1})"), "POLICY_FILE_INVALID");
  EXPECT_EQ(reason(R"({"rules": [], "more": 1})"), "POLICY_FILE_INVALID");
  EXPECT_EQ(reason(R"({"rules": [1]})"), "POLICY_FILE_INVALID");
  EXPECT_EQ(reason(R"({"rules": [{"key": "release.pem"}]})"), "POLICY_FILE_INVALID");
  EXPECT_EQ(reason(R"({"rules": [{"artifacts": [], "key": "release.pem"}]})"),
            "POLICY_FILE_INVALID");
  EXPECT_EQ(reason(R"({"rules": [{"artifacts": [1], "key": "release.pem"}]})"),
            "POLICY_FILE_INVALID");
  EXPECT_EQ(reason(R"({"rules": [{"artifacts": ["*"], "key": 1}]})"), "POLICY_FILE_INVALID");
  EXPECT_EQ(reason(R"({"rules": [{"artifacts": ["*\u0000.deb"], "key": "release.pem"}]})"),
            "POLICY_FILE_INVALID");
  EXPECT_EQ(reason(R"({"rules": [{"artifacts": ["*"], "key": "release.pem\u0000"}]})"),
            "POLICY_FILE_INVALID");
  EXPECT_EQ(reason(R"({"rules": [{"artifacts": ["*"], "key": "gone.pem"}]})"), "FILE_NOT_FOUND");
  EXPECT_EQ(reason(R"({"rules": [{"artifacts": ["*"]}]})"), "EXPECTATION_MISSING");
  EXPECT_EQ(reason(R"({"rules": [{"artifacts": ["*"], "key": "release.pem",
                                  "certificate-identity": "a@b.test"}]})"),
            "EXPECTATIONS_CONTRADICT");
}

}  // namespace
}  // namespace chancery::client
