#include "client/requests/signature.h"

#include <gtest/gtest.h>

#include "tests/support/daemon/scripted_daemon.h"
#include "tests/support/temporary_directory.h"

namespace chancery::client {
namespace {

using testing::Reaction;
using testing::ScriptedDaemon;
using testing::TemporaryDirectory;

std::string chunk(const std::string& data) {
  v1::BundleChunk message;
  message.set_data(data);
  return message.SerializeAsString();
}

v1::SignReply reply_without_bundle(std::size_t bytes) {
  v1::SignReply reply;
  reply.set_state(v1::STATE_DONE);
  reply.set_receipt("r-7");
  reply.set_bundle_bytes(bytes);
  return reply;
}

class SignatureTest : public ::testing::Test {
 protected:
  Result<Signature> read(const v1::SignReply& reply, const std::vector<std::string>& messages) {
    const ScriptedDaemon daemon(directory_ / "socket", [&](const wire::Request& request) {
      v1::ReadBundleRequest asked;
      EXPECT_EQ(request.method, "ReadBundle");
      EXPECT_TRUE(asked.ParseFromString(request.payload));
      EXPECT_EQ(asked.receipt(), "r-7");
      return Reaction::stream(messages);
    });
    const Deadline deadline = Deadline::after(std::chrono::seconds(60));
    const auto connection = Connection::open(directory_ / "socket", deadline).value();
    return read_signature(*connection, reply, deadline);
  }

  TemporaryDirectory directory_;
};

TEST_F(SignatureTest, ALargeBundleIsFetchedAsAStream) {
  const auto signature = read(reply_without_bundle(10), {chunk("12345"), chunk("67890")});
  ASSERT_TRUE(signature.ok()) << signature.error().message;
  EXPECT_EQ(signature->bundle, "1234567890");
}

TEST_F(SignatureTest, AStreamThatEndsEarlyIsCorrupt) {
  const auto signature = read(reply_without_bundle(10), {chunk("12345")});
  ASSERT_FALSE(signature.ok());
  EXPECT_EQ(signature.error().reason, "BUNDLE_INCOMPLETE");
}

TEST_F(SignatureTest, WhatLeavesBeforeItsLogHasItHasItsBundleToo) {
  v1::SignReply reply = reply_without_bundle(5);
  reply.set_state(v1::STATE_TIMESTAMPED);
  reply.set_record_by(1'800'000'000);
  const auto signature = read(reply, {chunk("12345")});
  ASSERT_TRUE(signature.ok()) << signature.error().message;
  EXPECT_TRUE(signature->has_left());
  EXPECT_FALSE(signature->is_done());
  EXPECT_EQ(signature->record_by, 1'800'000'000);
}

TEST_F(SignatureTest, WhatIsNotDoneHasNoBundleAndSaysItsReceipt) {
  v1::SignReply reply = reply_without_bundle(0);
  reply.set_state(v1::STATE_SIGNED);
  const auto signature = read(reply, {});
  ASSERT_TRUE(signature.ok());
  EXPECT_FALSE(signature->is_done());
  EXPECT_NE(unfinished(*signature).message.find("receipt r-7"), std::string::npos);
  EXPECT_EQ(unfinished(*signature).message.find("because"), std::string::npos);
}

TEST_F(SignatureTest, WhatIsNotDoneSaysWhatItWaitsFor) {
  v1::SignReply reply = reply_without_bundle(0);
  reply.set_state(v1::STATE_SIGNED);
  reply.mutable_trouble()->set_reason("HTTP_NOT_SENT");
  reply.mutable_trouble()->set_message("log public: nobody listens");
  const auto signature = read(reply, {});
  ASSERT_TRUE(signature.ok());
  EXPECT_NE(unfinished(*signature).message.find("HTTP_NOT_SENT: log public: nobody listens"),
            std::string::npos);
}

TEST_F(SignatureTest, WhatFailedInDoubtIsNotSaidToBeUnsigned) {
  v1::SignReply reply;
  reply.set_state(v1::STATE_FAILED);
  reply.mutable_failure()->set_reason("KEY_HOST_LATE");
  reply.mutable_failure()->set_message("the key host did not answer: it may have signed");
  const auto failed = read(reply, {});
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().message,
            "it has failed, and no signature of it has left the daemon: the key host did not "
            "answer: it may have signed");
}

TEST(LogsText, SaysWhichHaveItAndWhichNotYet) {
  const auto progress = [](const std::string& name, bool has_recorded) {
    v1::LogProgress log;
    log.set_log(name);
    log.set_has_recorded(has_recorded);
    return log;
  };
  EXPECT_EQ(logs_text({}), "");
  EXPECT_EQ(logs_text({progress("a", false)}), "not yet in the log a");
  EXPECT_EQ(logs_text({progress("a", true), progress("b", false)}),
            "in the log a, not yet in the log b");
  EXPECT_EQ(logs_text({progress("a", false), progress("b", true), progress("c", false)}),
            "in the log b, not yet in the logs a, c");
  EXPECT_EQ(logs_text({progress("a", true), progress("b", true)}), "in the logs a, b");
}

}  // namespace
}  // namespace chancery::client
