// Rules with all their conditions, as the daemon applies them.
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "core/base/encoding.h"
#include "tests/end_to_end/audit_records.h"
#include "tests/end_to_end/configured_daemon.h"
#include "tests/support/patience.h"

namespace chancery::testing {
namespace {

namespace fs = std::filesystem;

std::string us() { return "users = [" + std::to_string(::getuid()) + "]\n"; }

// A profile that signs statements alone; "more" is of a rule for us.
std::string statements_for_us(std::string_view more) {
  return "[[profile]]\nname = \"provenance\"\nbackend = \"software\"\nkey = \"provenance\"\n"
         "signs = \"statements\"\n[[rule]]\nname = \"ci\"\n" +
         us() + "profiles = [\"provenance\"]\n" + std::string(more);
}
constexpr std::string_view provenance_key = ", \"provenance=ecdsa-p256-sha256\"";

// "signed", or the error's reason; `message` gets its words.
std::string attest(ConfiguredDaemon& daemon, std::string_view key, std::string* message = nullptr) {
  v1::SignStatementRequest request;
  request.set_profile("provenance");
  request.set_idempotency_key(std::string(key));
  request.set_statement(statement_of(500));
  const auto reply = daemon.call<v1::SignReply>(signer, "SignStatement", request);
  if (!reply.ok() && message != nullptr) *message = reply.error().message;
  return reply.ok() ? "signed" : reply.error().reason;
}

std::string sign(ConfiguredDaemon& daemon, std::string_view key) {
  const auto reply = daemon.call<v1::SignReply>(signer, "Sign", sign_request(key, "hello"));
  return reply.ok() ? "signed" : reply.error().reason;
}

std::string reload(ConfiguredDaemon& daemon) {
  const auto reply =
      daemon.call<v1::ReloadReply>("chancery.v1.Admin", "Reload", v1::ReloadRequest());
  return reply.ok() ? "reloaded" : reply.error().reason + ": " + reply.error().message;
}

// sha256sum of the configuration, as an auditor would.
std::string hash_of(const ConfiguredDaemon& daemon) {
  return hex_encode(sha256(as_bytes(read_text(daemon.file()))));
}

// Its memory is not for callers whom no rule knows.
TEST(Rules, AStreamIsRefusedBeforeItGetsMemory) {
  ConfiguredDaemon daemon(nobody_may);
  const auto connection = client::Connection::open(daemon.socket(), soon()).value();
  auto upload = connection->upload(signer, "SignStatementStream", soon());
  v1::SignStatementChunk chunk;
  chunk.set_idempotency_key("large");
  chunk.set_statement_bytes(64U << 20);
  ASSERT_TRUE(upload.send(chunk.SerializeAsString()).ok());
  EXPECT_EQ(upload.finish().error().reason, "NO_RULE");
  const Patience patience;  // nobody waits for the record
  while (newest_record(daemon.socket(), "refused").empty()) ASSERT_FALSE(patience.ended());
  EXPECT_EQ(newest_record(daemon.socket(), "refused")["method"], "Signer.SignStatementStream");
}

TEST(Rules, WhichOfThemDecidedIsOnRecord) {
  ConfiguredDaemon daemon(we_may());
  const std::string before = hash_of(daemon);
  ASSERT_EQ(sign(daemon, "one"), "signed");
  EXPECT_EQ(newest_record(daemon.socket(), "opened")["policy"], before);
  EXPECT_EQ(newest_record(daemon.socket(), "allowed")["policy"], before);
  daemon.write(nobody_may);
  ASSERT_EQ(reload(daemon), "reloaded");
  ASSERT_EQ(sign(daemon, "two"), "NO_RULE");
  EXPECT_EQ(newest_record(daemon.socket(), "refused")["policy"], hash_of(daemon));
  EXPECT_NE(hash_of(daemon), before);
  const Json act = newest_record(daemon.socket(), "act");
  EXPECT_EQ(act["policy"], before);
  EXPECT_EQ(act["subject"], "policy:" + hash_of(daemon));
}

TEST(Rules, ARefusalSaysWhatItWasAbout) {
  ConfiguredDaemon daemon(we_may());
  ASSERT_EQ(sign(daemon, "one"), "signed");
  v1::SignRequest another = sign_request("one", "another");
  ASSERT_FALSE(daemon.call<v1::SignReply>(signer, "Sign", another).ok());
  const Json reused = newest_record(daemon.socket(), "refused");
  EXPECT_EQ(reused["reason"], "IDEMPOTENCY_KEY_REUSED");
  EXPECT_EQ(reused["digest"], "sha256:" + hex_encode(sha256(as_bytes("another"))));
  daemon.write(nobody_may);
  ASSERT_EQ(reload(daemon), "reloaded");
  ASSERT_EQ(sign(daemon, "two"), "NO_RULE");
  const Json refused = newest_record(daemon.socket(), "refused");
  EXPECT_EQ(refused["rule"], "nobody-may");
  EXPECT_EQ(refused["digest"], "sha256:" + hex_encode(sha256(as_bytes("hello"))));
}

TEST(Rules, AStatementMustBeOfATypeAndOfNamesThatTheyAllow) {
  ConfiguredDaemon daemon(
      statements_for_us("predicate_types = [\"https://example.com/*\"]\nartifacts = [\"app\"]\n"),
      provenance_key);
  EXPECT_EQ(attest(daemon, "one"), "signed");
  daemon.write(statements_for_us("artifacts = [\"lib*\"]\n"));
  ASSERT_EQ(reload(daemon), "reloaded");
  std::string message;
  EXPECT_EQ(attest(daemon, "two", &message), "NO_RULE");
  EXPECT_NE(message.find("the nearest rule is \"ci\""), std::string::npos) << message;
  EXPECT_NE(message.find("a subject named \"app\": only \"lib*\""), std::string::npos) << message;
  daemon.write(statements_for_us("predicate_types = [\"https://slsa.dev/*\"]\n"));
  ASSERT_EQ(reload(daemon), "reloaded");
  EXPECT_EQ(attest(daemon, "three", &message), "NO_RULE");
  EXPECT_NE(message.find("https://example.com/sbom"), std::string::npos) << message;
  const Json refused = newest_record(daemon.socket(), "refused");
  EXPECT_EQ(refused["predicate_type"], "https://example.com/sbom");
  EXPECT_EQ(refused["subjects"].size(), 1U);
  EXPECT_FALSE(refused.contains("digest"));
}

TEST(Rules, ARateHoldsAcrossReloadsAndSaysWhenToComeAgain) {
  const std::string rule = we_may() + "user_rate = \"2/day\"\n";
  ConfiguredDaemon daemon(rule);
  EXPECT_EQ(sign(daemon, "one"), "signed");
  EXPECT_EQ(sign(daemon, "two"), "signed");
  const auto third = daemon.call<v1::SignReply>(signer, "Sign", sign_request("three", "hello"));
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(third.error().code, ErrorCode::exhausted);
  EXPECT_EQ(third.error().reason, "RATE_LIMITED");
  EXPECT_NE(third.error().message.find("rule \"we\" allows 2/day to each user"), std::string::npos);
  EXPECT_NE(third.error().message.find("come again in 4"), std::string::npos)
      << third.error().message;
  ASSERT_EQ(reload(daemon), "reloaded");
  EXPECT_EQ(sign(daemon, "four"), "RATE_LIMITED");
  daemon.write(we_may());
  ASSERT_EQ(reload(daemon), "reloaded");
  EXPECT_EQ(sign(daemon, "five"), "signed");
}

TEST(Rules, ARepeatedRequestTakesNothingFromTheRate) {
  ConfiguredDaemon daemon(we_may() + "user_rate = \"2/day\"\n");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(sign(daemon, "one"), "signed");
  EXPECT_EQ(sign(daemon, "two"), "signed");
  EXPECT_EQ(sign(daemon, "three"), "RATE_LIMITED");
  EXPECT_EQ(sign(daemon, "one"), "signed");
}

TEST(Rules, AFailingTestRefusesTheReloadAndTheOldOnesStay) {
  ConfiguredDaemon daemon(we_may());
  daemon.write(std::string(nobody_may) + "[[test]]\nname = \"we still may\"\nuser = " +
               std::to_string(::getuid()) + "\nprofile = \"default\"\nexpect = \"allow\"\n");
  const std::string said = reload(daemon);
  EXPECT_NE(said.find("CONFIG_INVALID"), std::string::npos) << said;
  EXPECT_NE(said.find("[[test]] \"we still may\": expected allow; but denied: the nearest rule is "
                      "\"nobody-may\""),
            std::string::npos)
      << said;
  EXPECT_EQ(sign(daemon, "still"), "signed");
}

TEST(Rules, WhoeverMayAdministerMayBeKeptFromSigning) {
  ConfiguredDaemon daemon(we_may());
  EXPECT_EQ(sign(daemon, "one"), "signed");
  daemon.write(we_may() + "[policy]\nseparate_admins = true\n");
  ASSERT_EQ(reload(daemon), "reloaded");
  EXPECT_EQ(sign(daemon, "two"), "NO_RULE");
}

// --- A file of their own ---

class RulesFile : public ::testing::Test {
 protected:
  void SetUp() override {
    write_text(file_, we_may() + we_administer());
    daemon_.emplace("[policy]\nfile = \"" + file_.string() + "\"\n");
    ASSERT_EQ(sign(*daemon_, "first"), "signed");
    // What would be refused below would allow nobody, were it read.
    write_text(directory_ / "other.toml", std::string(nobody_may) + we_administer());
  }
  void expect_refused(std::string_view words) {
    const std::string said = reload(*daemon_);
    EXPECT_NE(said.find(words), std::string::npos) << said;
    EXPECT_EQ(sign(*daemon_, "still"), "signed");
  }

  TemporaryDirectory directory_;
  const fs::path file_ = directory_ / "rules.toml";
  std::optional<ConfiguredDaemon> daemon_;
};

TEST_F(RulesFile, IsReadAgainWithTheConfiguration) {
  fs::rename(directory_ / "other.toml", file_);
  ASSERT_EQ(reload(*daemon_), "reloaded");
  EXPECT_EQ(sign(*daemon_, "second"), "NO_RULE");
}

TEST_F(RulesFile, MustNotBeALink) {
  fs::remove(file_);
  fs::create_symlink(directory_ / "other.toml", file_);
  expect_refused("a symbolic link");
}

TEST_F(RulesFile, MustNotBeWritableByOthers) {
  fs::rename(directory_ / "other.toml", file_);
  ::chmod(file_.c_str(), 0666);
  expect_refused("others than its owner can write it");
}

TEST_F(RulesFile, MustLieWhereNobodyElseCouldReplaceIt) {
  fs::rename(directory_ / "other.toml", file_);
  ::chmod(directory_.path().c_str(), 0777);
  expect_refused("can write this folder");
}

TEST_F(RulesFile, MustNotBeAnotherUsers) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root: only root gives a file to somebody else";
  fs::rename(directory_ / "other.toml", file_);
  ASSERT_EQ(::chown(file_.c_str(), 12345, 0), 0);
  expect_refused("owned by user id 12345");
}

TEST_F(RulesFile, ThatIsGoneRefusesTheReload) {
  fs::remove(file_);
  expect_refused("not there");
}

// One file allows us by the rule "we", the other by "they": whichever is read, is read whole.
TEST_F(RulesFile, ThatIsSwappedWhileItIsReadIsOneOrTheOther) {
  std::string they = we_may();
  they.replace(they.find("\"we\""), 4, "\"they\"");
  const std::string padding = "# " + std::string(200'000, 'x') + "\n";
  write_text(directory_ / "a.toml", padding + we_may() + we_administer());
  write_text(directory_ / "b.toml", they + we_administer() + padding);
  std::atomic<bool> is_over = false;
  std::thread swapper([&] {
    for (int i = 0; !is_over; ++i) {
      const fs::path next = directory_ / "next.toml";
      fs::copy_file(directory_ / (i % 2 == 0 ? "a.toml" : "b.toml"), next,
                    fs::copy_options::overwrite_existing);
      fs::rename(next, file_);
    }
  });
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(reload(*daemon_), "reloaded");
    EXPECT_EQ(sign(*daemon_, "swapped-" + std::to_string(i)), "signed");
  }
  is_over = true;
  swapper.join();
}

TEST(Rules, AReloadWhile256RequestsRunLosesNone) {
  ConfiguredDaemon daemon(we_may());
  const auto connection = client::Connection::open(daemon.socket(), soon()).value();
  std::vector<client::PendingCall> pending;
  for (int i = 0; i < 256; ++i) {
    const v1::SignRequest request = sign_request("r" + std::to_string(i), std::to_string(i));
    pending.push_back(connection->submit(signer, "Sign", request.SerializeAsString(), soon()));
    if (i % 64 == 32) {
      EXPECT_EQ(reload(daemon), "reloaded");
    }
  }
  for (client::PendingCall& call : pending) EXPECT_TRUE(call.wait().ok());
  // Those that come after a reload which takes the right away are refused, none before.
  daemon.write(nobody_may);
  ASSERT_EQ(reload(daemon), "reloaded");
  EXPECT_EQ(sign(daemon, "late"), "NO_RULE");
}

}  // namespace
}  // namespace chancery::testing
