// `chancery verify` from its command line to its exit status.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "client/commands/commands.h"
#include "client/verification/inputs.h"
#include "core/base/encoding.h"
#include "core/base/json.h"
#include "tests/support/sigstore/sigstore.h"
#include "tests/support/temporary_directory.h"

namespace chancery::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
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

TEST_F(VerifyCommand, JsonGivesTheTrace) {
  EXPECT_EQ(verify(path("artefact"), {"--json"}), ExitStatus::done);
  const Json json = Json::parse(out_);
  EXPECT_EQ(json["verified"], true);
  EXPECT_EQ(json["log"]["index"], 3);
  EXPECT_GT(json["checks"].size(), 2U);
}

TEST_F(VerifyCommand, JsonOfARefusalHasTheReasonAndWhatHadPassed) {
  write_text(directory_ / "artefact", "another");
  EXPECT_EQ(verify(path("artefact"), {"--json"}), ExitStatus::refused);
  const Json json = Json::parse(out_);
  EXPECT_EQ(json["verified"], false);
  EXPECT_FALSE(json["error"]["reason"].get<std::string>().empty());
  EXPECT_EQ(json["checks"][0]["name"], "bundle");
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

TEST_F(VerifyCommand, AKeyThatIsNoPemCouldNotRunAndNamesTheFile) {
  write_text(directory_ / "key", "no key");
  EXPECT_EQ(verify(path("artefact")), ExitStatus::could_not_run);
  EXPECT_THAT(err_, HasSubstr(path("key")));
  EXPECT_THAT(err_, HasSubstr("PUBLIC_KEY_MALFORMED"));
}

TEST_F(VerifyCommand, ADigestThatIsNoneIsUsage) {
  EXPECT_EQ(verify("sha256:abcd"), ExitStatus::usage);
  EXPECT_THAT(err_, HasSubstr("64 hexadecimal digits"));
}

TEST_F(VerifyCommand, StandardInputCannotBeBoth) {
  EXPECT_EQ(run({"chancery", "verify", "--bundle", "-", "--key", path("key"), "-"}),
            ExitStatus::usage);
}

TEST_F(VerifyCommand, WithoutAKeyItIsUsage) {
  EXPECT_EQ(run({"chancery", "verify", "--bundle", path("bundle"), path("artefact")}),
            ExitStatus::usage);
  EXPECT_THAT(err_, HasSubstr("--key is required"));
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
