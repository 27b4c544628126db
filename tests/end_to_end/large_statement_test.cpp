// Statements of the largest size, and what the daemon's memory pays for them.
#include <list>
#include <thread>

#include "core/base/limits/statements.h"
#include "tests/bench/usage.h"
#include "tests/end_to_end/configured_daemon.h"
#include "tests/support/sockets/as_user.h"

namespace chancery::testing {
namespace {

constexpr uid_t other_user = 20001;

class LargeStatement : public ::testing::Test {
 protected:
  static constexpr const char* rules =
      "[[rule]]\nname = \"builders\"\nusers = [0, 20001]\nprofiles = [\"*\"]\n";

  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, to be several users";
    daemon_.emplace(rules);
  }
  std::unique_ptr<client::Connection> connect(uid_t uid) {
    std::unique_ptr<client::Connection> connection;
    as_user(uid,
            [&] { connection = client::Connection::open(daemon_->socket(), patience()).value(); });
    return connection;
  }
  static Result<v1::SignReply> sign(client::Connection& connection, std::string_view key,
                                    const std::string& statement) {
    v1::SignReply reply;
    EXPECT_TRUE(reply.ParseFromString(
        TRY(upload_statement(connection, key, statement, "default", patience()))));
    return reply;
  }
  // How many bytes the bundle has, counted as they come.
  std::size_t read_bundle(const std::string& receipt) {
    v1::ReadBundleRequest request;
    request.set_receipt(receipt);
    const auto connection = connect(0);
    auto download = connection->download(signer, "ReadBundle", request.SerializeAsString(), soon());
    std::size_t bytes = 0;
    for (;;) {
      const auto message = download.next();
      EXPECT_TRUE(message.ok()) << message.error().message;
      if (!message.ok() || !message->has_value()) return bytes;
      v1::BundleChunk chunk;
      EXPECT_TRUE(chunk.ParseFromString(**message));
      bytes += chunk.data().size();
    }
  }
  static Deadline patience() { return Deadline::after(std::chrono::minutes(4)); }

  std::optional<ConfiguredDaemon> daemon_;
};

TEST_F(LargeStatement, OfTwoUsersTheLargestAtOnceAreSignedWithinTheMemoryForThem) {
  std::string statement = statement_of(limits::statement_bytes_max - 64);
  statement.resize(limits::statement_bytes_max, ' ');
  std::optional<Result<v1::SignReply>> replies[2];
  const auto connection = connect(0);
  const auto others = connect(other_user);
  std::thread other([&] { replies[1] = sign(*others, "other", statement); });
  replies[0] = sign(*connection, "one", statement);
  other.join();
  for (const auto& reply : replies) {
    ASSERT_TRUE(reply->ok()) << reply->error().message;
    EXPECT_EQ((*reply)->state(), v1::STATE_DONE);
    EXPECT_EQ(read_bundle((*reply)->receipt()), (*reply)->bundle_bytes());
  }
  EXPECT_NE((*replies[0])->log_index(), (*replies[1])->log_index());
  const std::size_t peak = bench::usage_of(daemon_->process().pid()).resident_bytes_peak;
  std::printf("peak memory of the daemon: %zu MiB\n", peak >> 20);
  EXPECT_LE(peak, 2 * limits::statement_bytes_in_flight_max);
}

// An upload that has announced a statement of the largest size, and has sent none of it.
client::Upload announce(client::Connection& connection, std::string_view key) {
  client::Upload upload = connection.upload(signer, "SignStatementStream", soon());
  v1::SignStatementChunk first;
  first.set_profile("default");
  first.set_idempotency_key(std::string(key));
  first.set_statement_bytes(limits::statement_bytes_max);
  EXPECT_TRUE(upload.send(first.SerializeAsString()).ok());
  return upload;
}

TEST_F(LargeStatement, OneUserCannotHaveTheMemoryForAll) {
  const auto greedy = connect(other_user);
  std::list<client::Upload> uploads;
  for (const char* key : {"a", "b", "c"}) uploads.push_back(announce(*greedy, key));
  // One of them has this user's share. The others are told, whoever came first.
  v1::SignStatementChunk chunk;
  chunk.set_data("x");
  std::vector<Error> refused;
  while (refused.size() < 2) {
    for (auto upload = uploads.begin(); upload != uploads.end();) {
      const auto sent = upload->send(chunk.SerializeAsString());
      if (!sent.ok()) refused.push_back(sent.error());
      upload = sent.ok() ? std::next(upload) : uploads.erase(upload);
    }
  }
  for (const Error& error : refused) {
    EXPECT_EQ(error.code, ErrorCode::exhausted);
    EXPECT_EQ(error.reason, "STATEMENTS_IN_FLIGHT");
    EXPECT_EQ(error.retry_after, limits::statement_retry_after);
    EXPECT_NE(error.message.find("of this user"), std::string::npos) << error.message;
  }
  const auto reply = sign(*connect(0), "honest", statement_of(3U << 20));
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  EXPECT_EQ(reply->state(), v1::STATE_DONE);
}

TEST(RefusedStatement, LeavesNoFile) {
  ConfiguredDaemon daemon(we_may());
  const auto connection = client::Connection::open(daemon.socket(), soon()).value();
  const std::string first = statement_of(2U << 20);
  ASSERT_TRUE(upload_statement(*connection, "key", first).ok());
  for (std::size_t i = 1; i <= 20; ++i) {
    const auto refused = upload_statement(*connection, "key", first + std::string(i, ' '));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().reason, "IDEMPOTENCY_KEY_REUSED");
  }
  // The same again, once more under its key and once under another.
  EXPECT_TRUE(upload_statement(*connection, "key", first).ok());
  EXPECT_TRUE(upload_statement(*connection, "another-key", first).ok());
  const std::filesystem::directory_iterator files(daemon.state() / "payloads");
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

}  // namespace
}  // namespace chancery::testing
