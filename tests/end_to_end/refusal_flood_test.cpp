// A client that is refused thousands of times a second: honest ones and the audit do not suffer.
#include <atomic>
#include <deque>
#include <thread>

#include "core/base/limits/audit.h"
#include "tests/end_to_end/audit_records.h"
#include "tests/end_to_end/configured_daemon.h"

namespace chancery::testing {
namespace {

constexpr std::string_view other_profile =
    "[[profile]]\nname = \"other\"\nbackend = \"software\"\nkey = \"default\"\nsigns = "
    "\"digests\"\n";

class RefusalFlood : public ::testing::Test {
 protected:
  // So many requests for a profile that no rule gives us, 64 at a time.
  void flood(int count) {
    const auto connection = client::Connection::open(daemon_.socket(), soon()).value();
    std::deque<client::PendingCall> pending;
    const auto take = [&] {
      const Result<std::string> answer = pending.front().wait();
      if (!answer.ok() && answer.error().reason == "NO_RULE") ++refused_;
      pending.pop_front();
    };
    for (int i = 0; i < count; ++i) {
      v1::SignRequest request = sign_request(std::to_string(i), "content");
      request.set_profile("other");
      pending.push_back(connection->submit(signer, "Sign", request.SerializeAsString(), soon()));
      if (pending.size() >= 64) take();
    }
    while (!pending.empty()) take();
  }
  // What each record of the audit counts, by its event.
  std::map<std::string, std::uint64_t> told() const {
    std::map<std::string, std::uint64_t> out;
    for (const Json& record : audit_records(daemon_.socket())) {
      out[record["event"]] += record.value("count", std::uint64_t{1});
    }
    return out;
  }

  ConfiguredDaemon daemon_{"[[rule]]\nname = \"we\"\nusers = [" + std::to_string(::getuid()) +
                           "]\nprofiles = [\"default\"]\n" + std::string(other_profile) +
                           "[[rule]]\nname = \"others\"\nusers = [65533]\nprofiles = "
                           "[\"other\"]\n"};
  std::atomic<int> refused_ = 0;  // as they should
};

// However long it takes: a record each for as many as the time gives tokens, a count for the rest.
TEST_F(RefusalFlood, HonestClientsAreServedAndEachRefusalIsCounted) {
  constexpr int refusals = 10'000;
  const auto begin = Deadline::Clock::now();
  std::atomic<bool> is_over = false;
  std::thread attacker([&] {
    flood(refusals);
    is_over = true;
  });
  std::uint64_t honest = 0, amid = 0;
  for (; !is_over; ++honest) {
    const bool has_begun = refused_ > 0;
    const auto reply = daemon_.call<v1::SignReply>(
        signer, "Sign", sign_request("honest-" + std::to_string(honest), std::to_string(honest)));
    EXPECT_TRUE(reply.ok()) << reply.error().message;
    if (has_begun && refused_ < refusals) ++amid;
  }
  attacker.join();
  const std::chrono::duration<double> seconds = Deadline::Clock::now() - begin;
  RecordProperty("refusals_per_second", static_cast<int>(refusals / seconds.count()));
  EXPECT_EQ(refused_, refusals);
  EXPECT_GT(amid, 0U);
  daemon_.restart();  // what was only counted is recorded
  auto counts = told();
  EXPECT_EQ(counts["refused"] + counts["refused-many"], std::uint64_t{refusals});
  EXPECT_GT(counts["refused-many"], 0U);
  EXPECT_LE(static_cast<double>(counts["refused"]),
            limits::audit_refusals_burst + limits::audit_refusals_per_second * seconds.count() + 1);
  EXPECT_EQ(counts["done"], honest);
}

TEST_F(RefusalFlood, ReadingWithoutARuleIsOnRecord) {
  const v1::SignRequest request = sign_request("k", "content");
  ASSERT_TRUE(daemon_.call<v1::SignReply>(signer, "Sign", request).ok());
  daemon_.write("[[rule]]\nname = \"others\"\nusers = [65533]\nprofiles = [\"default\"]\n");
  const auto reloaded =
      daemon_.call<v1::ReloadReply>("chancery.v1.Admin", "Reload", v1::ReloadRequest{});
  ASSERT_TRUE(reloaded.ok()) << reloaded.error().message;
  v1::GetSignatureRequest read;
  read.set_idempotency_key("k");
  const auto refused = daemon_.call<v1::SignReply>(signer, "GetSignature", read);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "NO_RULE");
  daemon_.restart();  // the answer does not wait for the record
  EXPECT_EQ(told()["refused"], 1U);
  EXPECT_EQ(newest_record(daemon_.socket(), "refused")["rule"], "others");
}

}  // namespace
}  // namespace chancery::testing
