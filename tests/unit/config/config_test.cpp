#include "daemon/config/config.h"

#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "core/policy/decide.h"

#include "tests/unit/config/sample_config.h"

namespace chancery::daemon {
namespace {

using namespace std::chrono_literals;

TEST(ParseConfig, ReadsEveryKeyOfEverySection) {
  const ConfigOutcome outcome = parse_sample(sample_toml);
  ASSERT_EQ(describe("f", outcome.problems), "");
  const Config& config = outcome.config;
  EXPECT_EQ(config.source, "/etc/chancery/chancery.toml");
  EXPECT_EQ(config.socket, "/run/chancery/chancery.sock");
  EXPECT_EQ(config.socket_mode, 0666U);
  EXPECT_EQ(config.state_directory, "/var/lib/chancery");
  EXPECT_EQ(config.archive_life, 24h * 30);
  EXPECT_EQ(config.policy_hash, hex_encode(sha256(as_bytes(sample_toml))));
  EXPECT_EQ(config.log.origin, "log.example.org");
  EXPECT_EQ(config.log.backend, "disk");
  EXPECT_EQ(config.log.key, "log");
  EXPECT_EQ(config.log.publish_interval, 250ms);
}

TEST(ParseConfig, ReadsBackendsProfilesAndRulesInTheirOrder) {
  const Config config = parse_sample(sample_toml).config;
  ASSERT_EQ(config.backends.size(), 1U);
  EXPECT_EQ(config.backends[0].type, "software");
  EXPECT_EQ(config.backends[0].config.name, "disk");
  EXPECT_EQ(*config.backends[0].config.find("directory"), "/var/lib/chancery/keys");
  EXPECT_EQ(config.backends[0].line, 13U);
  ASSERT_EQ(config.profiles.size(), 2U);
  EXPECT_EQ(config.profiles[0].name, "release");
  EXPECT_EQ(config.profiles[0].keys[0].key, "release-2026");
  EXPECT_EQ(config.profiles[0].algorithm, Algorithm::ecdsa_p384_sha384);
  EXPECT_EQ(config.profiles[0].signs, Signs::statements);
  EXPECT_EQ(config.profiles[0].idempotency_key_life, 48h);
  EXPECT_EQ(config.profiles[1].algorithm, std::nullopt);
  EXPECT_EQ(config.profiles[1].signs, Signs::digests);
  EXPECT_EQ(config.profiles[1].idempotency_key_life, 24h);
  ASSERT_EQ(config.rules.rules.size(), 2U);
  EXPECT_EQ(config.rules.rules[0].uids, (std::vector<std::uint32_t>{1000, 1001}));
  EXPECT_EQ(config.rules.rules[0].gids, std::vector<std::uint32_t>{50});
  EXPECT_EQ(config.rules.rules[0].profiles, (std::vector<std::string>{"release", "nightly"}));
  EXPECT_FALSE(config.rules.rules[0].is_admin);
  EXPECT_TRUE(config.rules.rules[1].is_admin);
}

TEST(ParseConfig, WhatIsLeftOutHasItsDefault) {
  const ConfigOutcome outcome = parse_sample(
      "[log]\norigin = \"a.example\"\nbackend = \"b\"\nkey = \"k\"\n"
      "[[backend]]\nname = \"b\"\ntype = \"software\"\ndirectory = \"/k\"\n");
  ASSERT_EQ(describe("f", outcome.problems), "");
  EXPECT_EQ(outcome.config.socket, "/run/chancery/chancery.sock");
  EXPECT_EQ(outcome.config.socket_mode, 0600U);
  EXPECT_EQ(outcome.config.state_directory, "/var/lib/chancery");
  EXPECT_EQ(outcome.config.archive_life, 24h * 90);
  EXPECT_EQ(outcome.config.log.publish_interval, 100ms);
  EXPECT_TRUE(outcome.config.rules.rules.empty());
}

TEST(ParseConfig, BackendOptionsMayBeNumbersFlagsAndLists) {
  std::string toml = sample_toml;
  toml.replace(toml.find("[[profile]]"), 0, "slots = 7\nquiet = true\nmake = [\"a=1\", \"b\"]\n");
  const ConfigOutcome outcome = parse_sample(toml);
  ASSERT_EQ(describe("f", outcome.problems), "");
  EXPECT_EQ(*outcome.config.backends[0].config.find("slots"), "7");
  EXPECT_EQ(*outcome.config.backends[0].config.find("quiet"), "true");
  EXPECT_EQ(*outcome.config.backends[0].config.find("make"), "a=1, b");
}

// printf 'embedded default, uid 1000' | sha256sum
TEST(EmbeddedDefault, HasARulesHashOfItsOwn) {
  EXPECT_EQ(embedded_default("/tmp/state", "/tmp/state/socket", 1000).policy_hash,
            "76bedadb0df7c1a3fd71d72235c637117417ecfd7b11e291bd7c3ad4ae32870c");
}

TEST(EmbeddedDefault, AllowsOnlyItsUserAndRoot) {
  const Config config = embedded_default("/tmp/state", "/tmp/state/socket", 1000);
  EXPECT_TRUE(policy::decide_profile(config.rules, {.uid = 1000, .gid = 1}, "default").allowed);
  EXPECT_TRUE(policy::decide_profile(config.rules, {.uid = 0, .gid = 0}, "default").allowed);
  EXPECT_FALSE(policy::decide_profile(config.rules, {.uid = 1001, .gid = 0}, "default").allowed);
  EXPECT_TRUE(policy::decide_admin(config.rules, {.uid = 1000, .gid = 1}, "Admin.Reload").allowed);
  EXPECT_FALSE(policy::decide_admin(config.rules, {.uid = 1001, .gid = 1}, "Admin.Reload").allowed);
  EXPECT_EQ(config.socket_mode, 0600U);
}

TEST(EmbeddedDefault, KeepsItsLogKeyApartFromItsSigningKey) {
  const Config config = embedded_default("/tmp/state", "/tmp/state/socket", 1000);
  ASSERT_EQ(config.profiles.size(), 1U);
  EXPECT_NE(config.profiles[0].keys[0].key, config.log.key);
  EXPECT_EQ(config.backends[0].config.name, config.profiles[0].keys[0].backend);
  EXPECT_EQ(config.backends[0].config.name, config.log.backend);
  EXPECT_EQ(*config.backends[0].config.find("directory"), "/tmp/state/keys");
}

}  // namespace
}  // namespace chancery::daemon
