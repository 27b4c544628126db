// A PKCS#11 module that fails in every way that modules do, wrapped round a real SoftHSM token. The
// daemon's side goes on, nothing is signed twice, and each comes back by itself.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>

#include <cstring>
#include <future>
#include <memory>
#include <thread>
#include <utility>

#include "backends/host/key_host.h"
#include "core/crypto/public_key.h"
#include "tests/support/devices/soft_hsm.h"
#include "tests/support/patience.h"

namespace chancery {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Deadline soon() { return Deadline::after(60s); }

class TokenFaults : public ::testing::Test {
 protected:
  // Orders for tests/support/devices/evil_module.cpp, one a line.
  void order(std::string_view orders) const {
    testing::write_text(beside("evil-orders"), std::string(orders) + "\n");
  }
  bool obeyed() const { return testing::read_text(beside("evil-orders")).empty(); }
  std::size_t logins() const { return testing::read_text(beside("evil-calls")).size(); }

  KeyHostOptions options() const {
    return {.program = CHANCERY_KEYHOST,
            .backend_type = "pkcs11",
            .config = hsm_.config(CHANCERY_EVIL_MODULE),
            .answer_max = 2s,
            .resident_bytes_max = 200U << 20};
  }
  void start() { start(options()); }
  void start(KeyHostOptions options) {
    host_.reset();
    auto host = KeyHost::start(std::move(options), soon());
    ASSERT_TRUE(host.ok()) << host.error().message;
    host_ = std::move(*host);
  }
  // Told, since the next try may be over by the time that we look.
  std::string start_and_hear_its_first_trouble() {
    const auto first = std::make_shared<std::promise<std::string>>();
    KeyHostOptions told = options();
    told.report = [first, is_first = true](const Error& trouble) mutable {
      if (std::exchange(is_first, false)) first->set_value(trouble.reason);
    };
    start(told);
    return first->get_future().get();
  }
  void start_with_a_key() {
    start();
    const auto made = host_->make_key("key", Algorithm::ecdsa_p256_sha256, soon());
    ASSERT_TRUE(made.ok()) << made.error().message;
  }
  Result<Bytes> sign() { return host_->sign("key", Bytes(32, 7), soon()); }
  void expect_signature() {
    const Result<Bytes> signature = sign();
    EXPECT_TRUE(signature.ok()) << signature.error().reason << ": " << signature.error().message;
    EXPECT_TRUE(obeyed());
  }
  // The process is not replaced for it.
  void expect_signature_by_the_same_host() {
    const std::uint64_t starts = host_->state().starts;
    expect_signature();
    EXPECT_EQ(host_->state().starts, starts);
  }
  void await(const std::function<bool(const KeyHostState&)>& is_so) const {
    const testing::Patience give_up;
    while (!is_so(host_->state())) {
      ASSERT_FALSE(give_up.ended()) << host_->state().trouble;
      std::this_thread::sleep_for(5ms);
    }
  }
  void await_up() const {
    await([](const KeyHostState& state) { return state.is_up; });
  }

  testing::SoftHsm hsm_;
  std::unique_ptr<KeyHost> host_;

 private:
  std::filesystem::path beside(std::string_view name) const {
    return hsm_.configuration().parent_path() / name;
  }
};

TEST_F(TokenFaults, ASegmentationFaultTakesNothingButItsKeyHost) {
  start_with_a_key();
  for (const char* when : {"sign_init segfault", "sign segfault", "sign after:segfault"}) {
    order(when);
    const Result<Bytes> lost = sign();
    ASSERT_FALSE(lost.ok()) << when;
    EXPECT_EQ(lost.error().code, ErrorCode::outcome_unknown);
    EXPECT_EQ(lost.error().reason, "KEY_HOST_DIED");
    expect_signature();
  }
}

TEST_F(TokenFaults, AModuleThatHangsIsKilledAndReplaced) {
  start_with_a_key();
  order("sign hang");
  const Result<Bytes> lost = sign();
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().code, ErrorCode::outcome_unknown);
  EXPECT_EQ(lost.error().reason, "KEY_HOST_HUNG");
  expect_signature();
}

TEST_F(TokenFaults, WhatAModulePrintsReachesNobody) {
  start_with_a_key();
  ::testing::internal::CaptureStdout();
  order("sign print");
  expect_signature_by_the_same_host();
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
}

TEST_F(TokenFaults, AModuleThatLeaksIsReplacedBetweenTwoSignatures) {
  start_with_a_key();
  const std::uint64_t before = host_->state().starts;
  order("sign leak");  // 256 MiB
  for (std::uint64_t i = 0; i < 2 * limits::key_host_answers_per_look; ++i) expect_signature();
  await([before](const KeyHostState& state) { return state.starts > before && state.is_up; });
  expect_signature();
}

TEST_F(TokenFaults, ClosedSessionsAndALogoutCostNothing) {
  start_with_a_key();
  for (const char* when : {"sign_init close_sessions", "sign close_sessions", "sign_init logout",
                           "sign logout", "sign_init 0x190", "sign_init 0x5"}) {
    order(when);
    expect_signature_by_the_same_host();
  }
}

TEST_F(TokenFaults, AnotherProgramsKeyOfTheSameNameLeavesTheOtherKeys) {
  start_with_a_key();
  ASSERT_TRUE(host_->make_key("shared", Algorithm::ecdsa_p256_sha256, soon()).ok());
  const std::vector<std::filesystem::path> added = hsm_.import_key("shared");
  order("sign_init close_sessions");  // so that the keys are looked for again
  expect_signature_by_the_same_host();
  for (int i = 0; i < 2; ++i) {
    const Result<Bytes> refused = host_->sign("shared", Bytes(32, 7), soon());
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_EQ(refused.error().reason, "KEY_AMBIGUOUS");
    ASSERT_EQ(host_->unusable_keys().size(), 1U);
    EXPECT_EQ(host_->unusable_keys()[0].name, "shared");
  }
  for (const std::filesystem::path& object : added) std::filesystem::remove(object);
  const testing::Patience give_up;
  while (host_->trouble_with("shared")) ASSERT_FALSE(give_up.ended());
  EXPECT_TRUE(host_->sign("shared", Bytes(32, 7), soon()).ok());
}

TEST_F(TokenFaults, FewerSessionsThanBeforeAreShared) {
  start_with_a_key();
  std::string one_session_each_time = "sign_init close_sessions";
  for (int i = 0; i < 40; ++i) one_session_each_time += "\nopen 0x0\nopen 0xb1";
  order(one_session_each_time);
  const std::size_t before = logins();
  ASSERT_TRUE(sign().ok());
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([this] {
      for (int k = 0; k < 5; ++k) {
        const Result<Bytes> signature = sign();
        EXPECT_TRUE(signature.ok()) << signature.error().message;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(logins(), before + 1);
}

TEST_F(TokenFaults, AnErrorWhileItMayHaveSignedIsInDoubtAndNotTriedAgain) {
  start_with_a_key();
  const std::uint64_t before = host_->state().signatures;
  for (const char* when : {"sign 0x30", "sign after:0x30", "sign after:0x5", "sign 0x32"}) {
    order(when);
    const Result<Bytes> doubtful = sign();
    ASSERT_FALSE(doubtful.ok()) << when;
    EXPECT_EQ(doubtful.error().code, ErrorCode::outcome_unknown);
    EXPECT_EQ(doubtful.error().reason, "SIGNING_IN_DOUBT");
    EXPECT_EQ(host_->state().signatures, before);
  }
  expect_signature_by_the_same_host();
}

TEST_F(TokenFaults, ATokenThatGoesAndComesBackNeedsNoRestart) {
  start_with_a_key();
  hsm_.take_away();
  for (int i = 0; i < 3; ++i) {
    const Result<Bytes> meanwhile = sign();
    ASSERT_FALSE(meanwhile.ok());
    EXPECT_EQ(meanwhile.error().code, ErrorCode::unavailable);
    EXPECT_THAT(meanwhile.error().reason, ::testing::AnyOf("TOKEN_ABSENT", "TOKEN_FAILED"));
    EXPECT_EQ(host_->state().refusal, meanwhile.error().message);
  }
  hsm_.bring_back();
  expect_signature_by_the_same_host();
  EXPECT_EQ(host_->state().refusal, "");
}

TEST_F(TokenFaults, AnIdleTokenThatGoesAndComesBackIsNoticedWithoutASignature) {
  start_with_a_key();
  KeyHostOptions watchful = options();
  watchful.probe_interval = 20ms;
  std::vector<std::string> told;  // by the host's thread, until it is gone
  watchful.report = [&](const Error& trouble) { told.push_back(trouble.reason); };
  watchful.report_recovery = [&] { told.emplace_back("up"); };
  start(watchful);
  for (int i = 0; i < 2; ++i) {
    hsm_.take_away();
    await([](const KeyHostState& state) { return !state.refusal.empty(); });
    EXPECT_THAT(host_->state().refusal, HasSubstr("token"));
    hsm_.bring_back();
    await([](const KeyHostState& state) { return state.refusal.empty(); });
  }
  EXPECT_EQ(host_->state().starts, 1U);
  EXPECT_EQ(host_->state().signatures, 0U);
  expect_signature_by_the_same_host();
  host_.reset();
  EXPECT_THAT(told, ::testing::ElementsAre(HasSubstr("TOKEN_"), "up", HasSubstr("TOKEN_"), "up"));
}

// What a signature has met is over once the token answers, though nobody signs again.
TEST_F(TokenFaults, ATokenThatASignatureMissedIsSeenToBeBack) {
  start_with_a_key();
  KeyHostOptions watchful = options();
  watchful.probe_interval = 500ms;
  start(watchful);
  hsm_.take_away();
  ASSERT_FALSE(sign().ok());
  EXPECT_NE(host_->state().refusal, "");
  hsm_.bring_back();
  await([](const KeyHostState& state) { return state.refusal.empty(); });
}

// Its keys can be read, so that it seems to be up.
TEST_F(TokenFaults, ATokenThatRefusesToSignIsNotUpAgainBecauseItAnswers) {
  start_with_a_key();
  KeyHostOptions watchful = options();
  watchful.probe_interval = 20ms;
  start(watchful);
  for (const char* when : {"sign_init 0x70", "sign 0x20", "sign_init 0x5\nsign_init 0x5"}) {
    order(when);
    const Result<Bytes> refused = sign();
    ASSERT_FALSE(refused.ok()) << when;
    EXPECT_EQ(refused.error().reason, "TOKEN_REFUSED") << refused.error().message;
    const std::uint64_t before = host_->state().probes;
    await([before](const KeyHostState& state) { return state.probes >= before + 2; });
    EXPECT_EQ(host_->state().refusal, refused.error().message);
  }
  expect_signature_by_the_same_host();
  EXPECT_EQ(host_->state().refusal, "");
}

TEST_F(TokenFaults, AnAbsentTokenAtStartIsNoErrorAndComesByItself) {
  start_with_a_key();
  hsm_.take_away();
  start();
  const Result<Bytes> meanwhile = sign();
  ASSERT_FALSE(meanwhile.ok());
  EXPECT_EQ(meanwhile.error().code, ErrorCode::unavailable);
  EXPECT_EQ(meanwhile.error().reason, "KEY_HOST_DOWN");
  EXPECT_THAT(meanwhile.error().message, HasSubstr("TOKEN_"));
  hsm_.bring_back();
  await_up();
  expect_signature();
}

TEST_F(TokenFaults, AWrongPinIsTriedOnceUntilItChanges) {
  start_with_a_key();
  const std::size_t before = logins();
  hsm_.configure_pin("not-the-pin");
  start();
  EXPECT_EQ(host_->state().trouble_reason, "PIN_REJECTED");
  await([](const KeyHostState& state) { return state.starts >= 4; });
  start();  // nor after a restart of all
  EXPECT_EQ(host_->state().trouble_reason, "PIN_REJECTED");
  EXPECT_THAT(host_->state().trouble, ::testing::Not(HasSubstr("not-the-pin")));
  EXPECT_EQ(logins(), before + 1);
  hsm_.configure_pin(hsm_.pin());
  await_up();
  EXPECT_EQ(logins(), before + 2);
  expect_signature();
}

// Whoever guesses with two of them in turn is stopped, too.
TEST_F(TokenFaults, TwoWrongPinsInTurnAreTriedOnceEach) {
  start_with_a_key();
  const std::size_t before = logins();
  for (const char* pin : {"not-this-one", "nor-that-one", "not-this-one", "nor-that-one"}) {
    hsm_.configure_pin(pin);
    start();
    EXPECT_EQ(host_->state().trouble_reason, "PIN_REJECTED");
  }
  EXPECT_EQ(logins(), before + 2);
  hsm_.configure_pin(hsm_.pin());
  await_up();
  expect_signature();
}

// The token has counted it by then.
TEST_F(TokenFaults, AWrongPinIsTriedOnceWhateverTheModuleMakesOfIt) {
  start_with_a_key();
  for (const char* when : {"login after:segfault", "login after:0x5", "login after:0x80000001"}) {
    hsm_.configure_pin(hsm_.pin());
    start();  // which takes back what the token counted
    expect_signature();
    const std::size_t before = logins();
    hsm_.configure_pin(fmt::format("not-the-pin-{}", before));
    order(when);
    start();
    await([](const KeyHostState& state) { return state.trouble_reason == "PIN_REJECTED"; });
    EXPECT_EQ(logins(), before + 1) << when;
  }
}

// Nobody knows whether the token has counted what was never answered: a power cut is forgiven.
TEST_F(TokenFaults, APinWithoutAnAnswerIsTriedTwiceAtMost) {
  start_with_a_key();
  order("login segfault");
  start();
  await_up();
  expect_signature();
  const std::size_t before = logins();
  order("login segfault\nlogin segfault");
  start();
  await([](const KeyHostState& state) { return state.trouble_reason == "PIN_UNANSWERED"; });
  await([starts = host_->state().starts](const KeyHostState& state) {
    return state.starts >= starts + 2;
  });
  EXPECT_EQ(logins(), before + 2);
  std::filesystem::remove(hsm_.directory() / "rejected-pin");
  await_up();
  expect_signature();
}

// The session is lost, and the token's PIN was changed meanwhile.
TEST_F(TokenFaults, APinThatChangesInUseIsTakenFromItsFile) {
  start_with_a_key();
  order("sign_init logout\nlogin 0xa0");
  const Result<Bytes> refused = sign();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(refused.error().reason, "PIN_REJECTED");
  await([](const KeyHostState& state) { return state.trouble_reason == "PIN_REJECTED"; });
  const std::size_t tried = logins();
  await([starts = host_->state().starts](const KeyHostState& state) {
    return state.starts >= starts + 2;
  });
  EXPECT_EQ(logins(), tried);
  // Whoever mends it may also say that the same PIN is right again.
  std::filesystem::remove(hsm_.directory() / "rejected-pin");
  await_up();
  expect_signature();
}

TEST_F(TokenFaults, ALockedPinIsSaidAndForgottenOnceItIsUnlocked) {
  start_with_a_key();
  order("login 0xa4");
  EXPECT_EQ(start_and_hear_its_first_trouble(), "PIN_LOCKED");
  await_up();
  expect_signature();
}

TEST_F(TokenFaults, AFullTokenMakesNoKeyAndSignsOn) {
  start_with_a_key();
  order("generate 0x31");
  const auto made = host_->make_key("another", Algorithm::ecdsa_p256_sha256, soon());
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, ErrorCode::exhausted);
  EXPECT_EQ(made.error().reason, "DEVICE_FULL");
  expect_signature();
}

// SoftHSM on a full disk: no more than "failed".
TEST_F(TokenFaults, WhetherAKeyWasMadeIsSettledByTheTokensList) {
  start_with_a_key();
  order("generate 0x6");
  const auto refused = host_->make_key("another", Algorithm::ecdsa_p256_sha256, soon());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(refused.error().reason, "KEY_NOT_MADE");
  order("generate after:0x6");
  const auto made = host_->make_key("another", Algorithm::ecdsa_p256_sha256, soon());
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_EQ(host_->keys().size(), 2U);
  expect_signature();
}

// SoftHSM itself on a disk of seven pages: one for the token, two for each key.
TEST_F(TokenFaults, ATokenOnAFullDiskMakesNoKeyAndSignsOn) {
  start_with_a_key();
  host_.reset();
  const std::filesystem::path tokens = hsm_.directory().parent_path() / "tokens";
  hsm_.take_away();
  std::filesystem::create_directory(tokens);
  if (unshare(CLONE_NEWNS) != 0 ||
      mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("tmpfs", tokens.c_str(), "tmpfs", 0, "size=28k") != 0) {
    GTEST_SKIP() << "cannot mount a small disk here: " << std::strerror(errno);
  }
  std::filesystem::copy(tokens.parent_path() / "away", tokens,
                        std::filesystem::copy_options::recursive);
  start();
  Result<KeyInfo> made = host_->make_key("k0", Algorithm::ecdsa_p256_sha256, soon());
  for (int i = 1; made.ok() && i < 8; ++i) {
    made = host_->make_key(fmt::format("k{}", i), Algorithm::ecdsa_p256_sha256, soon());
  }
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, ErrorCode::unavailable);
  EXPECT_EQ(made.error().reason, "KEY_NOT_MADE");
  expect_signature();
  const std::vector<KeyInfo> keys = host_->keys();
  ASSERT_GT(keys.size(), 1U);
  ASSERT_TRUE(host_->remove_key(keys.front().name, soon()).ok());
  EXPECT_TRUE(host_->make_key("after", Algorithm::ecdsa_p256_sha256, soon()).ok());
  expect_signature();
  host_.reset();
  umount2(tokens.c_str(), MNT_DETACH);
}

TEST_F(TokenFaults, AFullSessionTableIsWaitedFor) {
  start_with_a_key();
  order("open 0xb1");
  EXPECT_EQ(start_and_hear_its_first_trouble(), "TOKEN_SESSIONS_FULL");
  await_up();
  expect_signature();
}

}  // namespace
}  // namespace chancery
