// The daemon's side of a key host, against the real program.
#include "backends/host/key_host.h"

#include <gmock/gmock.h>
#include <signal.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "core/crypto/digest.h"
#include "core/crypto/public_key.h"
#include "tests/support/temporary_directory.h"

namespace chancery {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Deadline soon() { return Deadline::after(20s); }

class KeyHostTest : public ::testing::Test {
 protected:
  KeyHostOptions options() const {
    return {.program = CHANCERY_KEYHOST,
            .backend_type = "software",
            .config = {"keys",
                       {{"directory", directory_.path().string()},
                        {"make_missing", "default=ecdsa-p256-sha256, log=ed25519"}}}};
  }
  std::unique_ptr<KeyHost> start() {
    auto host = KeyHost::start(options(), soon());
    EXPECT_TRUE(host.ok());
    return std::move(host).value();
  }
  static Bytes digest() { return Bytes(32, 7); }

  testing::TemporaryDirectory directory_;
};

// Until the host has been started so often and is up.
void await_start(const KeyHost& host, std::uint64_t starts) {
  const Deadline give_up = soon();
  while (host.state().starts < starts || !host.state().is_up) {
    ASSERT_FALSE(give_up.passed());
    std::this_thread::yield();
  }
}

TEST_F(KeyHostTest, MakesTheMissingKeysAndListsThem) {
  const auto host = start();
  const std::vector<KeyInfo> keys = host->keys();
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].name, "default");
  EXPECT_EQ(keys[0].algorithm, Algorithm::ecdsa_p256_sha256);
  EXPECT_EQ(keys[1].name, "log");
  EXPECT_EQ(keys[1].algorithm, Algorithm::ed25519);
  EXPECT_TRUE(host->state().is_up);
}

TEST_F(KeyHostTest, SignatureVerifiesWithTheListedKey) {
  const auto host = start();
  const Result<Bytes> signature = host->sign("default", digest(), soon());
  ASSERT_TRUE(signature.ok()) << signature.error().message;
  const Result<PublicKey> key = PublicKey::from_spki(host->keys()[0].spki);
  EXPECT_TRUE(key->verify_digest(Algorithm::ecdsa_p256_sha256, digest(), *signature).ok());
}

TEST_F(KeyHostTest, ManyRequestsOnTheirWayAreAllAnswered) {
  const auto host = start();
  std::mutex mutex;
  std::condition_variable all;
  int answered = 0;
  int good = 0;
  for (int i = 0; i < 1000; ++i) {
    host->sign("default", digest(), soon(), [&](Result<Bytes> signature) {
      const std::lock_guard lock(mutex);
      ++answered;
      good += signature.ok() ? 1 : 0;
      all.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  ASSERT_TRUE(all.wait_for(lock, 20s, [&] { return answered == 1000; }));
  EXPECT_EQ(good, 1000);
}

TEST_F(KeyHostTest, UnknownKeyIsNotFound) {
  const auto host = start();
  const Result<Bytes> signature = host->sign("nobody", digest(), soon());
  ASSERT_FALSE(signature.ok());
  EXPECT_EQ(signature.error().reason, "KEY_NOT_FOUND");
}

TEST_F(KeyHostTest, KilledHostIsStartedAnewAndSigns) {
  const auto host = start();
  const std::optional<pid_t> process = host->state().process;
  ASSERT_TRUE(process.has_value());
  ASSERT_EQ(kill(*process, SIGKILL), 0);
  await_start(*host, 2);
  EXPECT_TRUE(host->sign("default", digest(), soon()).ok());
}

TEST_F(KeyHostTest, MadeKeySignsAtOnceAndAfterRestart) {
  const auto host = start();
  const auto made = host->make_key("release", Algorithm::ecdsa_p384_sha384, soon());
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_TRUE(host->sign("release", Bytes(48, 1), soon()).ok());
  const auto again = host->make_key("release", Algorithm::ecdsa_p384_sha384, soon());
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().reason, "KEY_EXISTS");
  EXPECT_TRUE(host->sign("release", Bytes(48, 1), soon()).ok());
}

TEST_F(KeyHostTest, MissingProgramIsAStartError) {
  KeyHostOptions wrong = options();
  wrong.program = directory_ / "nothing";
  const auto host = KeyHost::start(wrong, soon());
  ASSERT_FALSE(host.ok());
  EXPECT_EQ(host.error().reason, "KEY_HOST_START_FAILED");
}

TEST_F(KeyHostTest, BackendThatCannotOpenIsTroubleAndNotAnError) {
  KeyHostOptions wrong = options();
  wrong.config.options[0].second = (directory_ / "missing").string();
  const auto host = KeyHost::start(wrong, soon());
  ASSERT_TRUE(host.ok());
  EXPECT_FALSE((*host)->state().is_up);
  EXPECT_EQ((*host)->state().trouble_reason, "FILE_OPEN_FAILED");
  const auto signature = (*host)->sign("default", digest(), soon());
  ASSERT_FALSE(signature.ok());
  EXPECT_EQ(signature.error().code, ErrorCode::unavailable);
  EXPECT_EQ(signature.error().reason, "KEY_HOST_DOWN");
  EXPECT_THAT(signature.error().message, HasSubstr("missing"));
}

}  // namespace
}  // namespace chancery
