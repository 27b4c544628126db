#include "daemon/config/keys.h"

#include <gtest/gtest.h>

#include "tests/unit/config/sample_config.h"

namespace chancery::daemon {
namespace {

std::string problems_with(std::vector<KeyInfo> keys) {
  const std::vector<BackendKeys> present = {{"disk", std::move(keys)}};
  return describe("f", check_keys(parse_sample(sample_toml).config, present));
}

const KeyInfo log_key{"log", Algorithm::ed25519, {}};
const KeyInfo release_key{"release-2026", Algorithm::ecdsa_p384_sha384, {}};
const KeyInfo nightly_key{"nightly", Algorithm::rsa_pkcs1v15_3072_sha256, {}};

TEST(CheckKeys, KeysThatFitAreNoProblem) {
  EXPECT_EQ(problems_with({log_key, release_key, nightly_key}), "");
}

TEST(CheckKeys, MissingKeysAreNamedWithTheNearestOne) {
  EXPECT_EQ(
      problems_with({log_key, {"release-2025", Algorithm::ecdsa_p384_sha384, {}}, nightly_key}),
      R"(f:17: [[profile]] "release": key "release-2026" is not in backend "disk"; did you )"
      R"(mean "release-2025"?)");
}

TEST(CheckKeys, AlgorithmMustBeTheOneThatTheProfileSays) {
  EXPECT_EQ(
      problems_with({log_key, {"release-2026", Algorithm::ecdsa_p256_sha256, {}}, nightly_key}),
      R"(f:17: [[profile]] "release": key "release-2026" is "ecdsa-p256-sha256", not )"
      R"("ecdsa-p384-sha384")");
}

TEST(CheckKeys, KeyThatLogsRefuseIsRefusedForAProfile) {
  EXPECT_EQ(problems_with({log_key, release_key, {"nightly", Algorithm::ed25519, {}}}),
            R"(f:25: [[profile]] "nightly": key "nightly" is "ed25519", which transparency logs )"
            R"(refuse; expected ECDSA or RSA PKCS#1 v1.5)");
}

TEST(CheckKeys, LogNeedsAnEd25519Key) {
  EXPECT_EQ(problems_with({{"log", Algorithm::ecdsa_p256_sha256, {}}, release_key, nightly_key}),
            R"(f:8: [log]: key "log" is "ecdsa-p256-sha256"; expected an "ed25519" key: )"
            R"(checkpoints are signed with it)");
}

TEST(CheckKeys, KeyThatCannotBeUsedNowIsLeftOut) {
  const std::vector<BackendKeys> present = {
      {"disk",
       {log_key, release_key},
       {unusable_key("nightly", corrupt("KEY_FILE_DAMAGED", "nightly.pem is damaged"))}}};
  EXPECT_EQ(describe("f", check_keys(parse_sample(sample_toml).config, present)), "");
}

TEST(CheckKeys, BackendThatIsAwayIsLeftOut) {
  EXPECT_EQ(describe("f", check_keys(parse_sample(sample_toml).config, {})), "");
}

}  // namespace
}  // namespace chancery::daemon
