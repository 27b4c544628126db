// Whoever asks again under the same idempotency key gets the same answer, whatever has become of
// the profile since.
#include <unistd.h>

#include "chancery/v1/keys.pb.h"
#include "tests/end_to_end/configured_daemon.h"

namespace chancery::testing {
namespace {

std::string other_profile(std::string_view name, std::string_view key) {
  return "[[profile]]\nname = \"" + std::string(name) + "\"\nbackend = \"software\"\nkey = \"" +
         std::string(key) + "\"\nsigns = \"digests\"\n";
}

class Retry : public ::testing::Test {
 protected:
  explicit Retry(const std::string& rules = we_may())
      : daemon_(other_profile("other", "default") + rules, ", \"p384=ecdsa-p384-sha384\"") {}

  // The reply's bytes, or the reason of the refusal.
  std::string sign(std::string_view key, std::string_view content = "hello") {
    v1::SignRequest request = sign_request(key, content);
    request.set_profile("other");
    const auto reply = daemon_.call<v1::SignReply>(signer, "Sign", request);
    return reply.ok() ? reply->SerializeAsString() : reply.error().reason;
  }
  std::string sign_first() {
    std::string reply = sign("first");
    EXPECT_GT(reply.size(), 500U) << reply;  // it holds the bundle
    return reply;
  }
  void reload(const std::string& more) {
    daemon_.write(more);
    const auto reloaded =
        daemon_.call<v1::ReloadReply>("chancery.v1.Admin", "Reload", v1::ReloadRequest());
    ASSERT_TRUE(reloaded.ok()) << reloaded.error().message;
  }

  ConfiguredDaemon daemon_;
};

TEST_F(Retry, StoppedProfileStillGivesWhatItSigned) {
  const std::string before = sign_first();
  v1::StopRequest stop;
  stop.set_profile("other");
  ASSERT_TRUE(daemon_.call<v1::StopReply>("chancery.v1.Keys", "Stop", stop).ok());
  EXPECT_EQ(sign("second"), "PROFILE_STOPPED");
  EXPECT_EQ(sign("first"), before);
  EXPECT_EQ(sign("first", "another"), "IDEMPOTENCY_KEY_REUSED");
  daemon_.restart();
  EXPECT_EQ(sign("first"), before);
}

TEST_F(Retry, StoppedKeyStillGivesWhatItSigned) {
  const std::string before = sign_first();
  v1::StopRequest stop;
  stop.set_key("software:default");
  ASSERT_TRUE(daemon_.call<v1::StopReply>("chancery.v1.Keys", "Stop", stop).ok());
  EXPECT_EQ(sign("second"), "KEY_STOPPED");
  EXPECT_EQ(sign("first"), before);
}

TEST_F(Retry, ProfileWithAnotherKeyStillGivesWhatTheOldOneSigned) {
  const std::string before = sign_first();
  reload(other_profile("other", "p384") + we_may());
  EXPECT_EQ(sign("second"), "DIGEST_ALGORITHM_MISMATCH");
  EXPECT_EQ(sign("first"), before);
}

TEST_F(Retry, RemovedProfileStillGivesWhatItSigned) {
  const std::string before = sign_first();
  reload(we_may());
  EXPECT_EQ(sign("second"), "PROFILE_UNKNOWN");
  EXPECT_EQ(sign("first"), before);
}

TEST_F(Retry, WhoMayNotReadAnyMoreGetsNothing) {
  sign_first();
  reload(other_profile("other", "default") + std::string(nobody_may));
  EXPECT_EQ(sign("first"), "NO_RULE");
  EXPECT_EQ(sign("first", "another"), "NO_RULE");
}

// Its key is in a backend of its own, which is away after a restart.
TEST(RetryWithoutADevice, StillGivesWhatItSigned) {
  const TemporaryDirectory device;
  const std::filesystem::path keys = device / "keys";
  std::filesystem::create_directory(keys);
  std::filesystem::permissions(keys, std::filesystem::perms::owner_all);
  ConfiguredDaemon daemon("[[backend]]\nname = \"device\"\ntype = \"software\"\ndirectory = \"" +
                          keys.string() +
                          "\"\nmake_missing = [\"k=ecdsa-p256-sha256\"]\n[[profile]]\nname = "
                          "\"other\"\nbackend = \"device\"\nkey = \"k\"\nsigns = \"digests\"\n" +
                          we_may());
  const auto sign = [&daemon](std::string_view key) {
    v1::SignRequest request = sign_request(key, "hello");
    request.set_profile("other");
    const auto reply = daemon.call<v1::SignReply>(signer, "Sign", request);
    return reply.ok() ? reply->SerializeAsString() : reply.error().reason;
  };
  const std::string before = sign("first");
  daemon.stop();
  std::filesystem::rename(keys, device / "away");
  daemon.start();
  EXPECT_EQ(sign("second"), "BACKEND_DOWN");
  EXPECT_EQ(sign("first"), before);
}

class RetryWithARate : public Retry {
 protected:
  RetryWithARate() : Retry(we_may() + "rate = \"1/hour\"\n") {}
};

TEST_F(RetryWithARate, UsedUpRateStillGivesWhatWasSigned) {
  const std::string before = sign_first();
  EXPECT_EQ(sign("second"), "RATE_LIMITED");
  EXPECT_EQ(sign("first"), before);
}

}  // namespace
}  // namespace chancery::testing
