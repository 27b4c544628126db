// Statements of the largest size, and what the daemon's memory pays for them.
#include <thread>

#include "core/base/limits/statements.h"
#include "tests/bench/usage.h"
#include "tests/end_to_end/running_daemon.h"

namespace chancery::testing {
namespace {

class LargeStatement : public ::testing::Test {
 protected:
  Result<v1::SignReply> sign(std::string_view key, const std::string& statement) {
    const auto connection = TRY(client::Connection::open(daemon_.socket(), patience()));
    v1::SignReply reply;
    EXPECT_TRUE(reply.ParseFromString(TRY(upload_statement(*connection, key, statement))));
    return reply;
  }
  // How many bytes the bundle has, counted as they come.
  std::size_t read_bundle(const std::string& receipt) {
    v1::ReadBundleRequest request;
    request.set_receipt(receipt);
    auto download =
        daemon_.connection().download(signer, "ReadBundle", request.SerializeAsString(), soon());
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

  RunningDaemon daemon_;
};

TEST_F(LargeStatement, TwoOfTheLargestAtOnceAreSignedWithinTheMemoryForThem) {
  std::string statement = statement_of(limits::statement_bytes_max - 64);
  statement.resize(limits::statement_bytes_max, ' ');
  std::optional<Result<v1::SignReply>> replies[2];
  std::thread other([&] { replies[1] = sign("other", statement); });
  replies[0] = sign("one", statement);
  other.join();
  for (const auto& reply : replies) {
    ASSERT_TRUE(reply->ok()) << reply->error().message;
    EXPECT_EQ((*reply)->state(), v1::STATE_DONE);
    EXPECT_EQ(read_bundle((*reply)->receipt()), (*reply)->bundle_bytes());
  }
  EXPECT_NE((*replies[0])->log_index(), (*replies[1])->log_index());
  const std::size_t peak = bench::usage_of(daemon_.process().pid()).resident_bytes_peak;
  std::printf("peak memory of the daemon: %zu MiB\n", peak >> 20);
  EXPECT_LE(peak, 2 * limits::statement_bytes_in_flight_max);
}

}  // namespace
}  // namespace chancery::testing
