// A client that is refused thousands of times a second: honest ones and the audit do not suffer.
#include <deque>
#include <thread>

#include "tests/end_to_end/audit_records.h"
#include "tests/end_to_end/configured_daemon.h"

namespace chancery::testing {
namespace {

constexpr std::string_view other_profile =
    "[[profile]]\nname = \"other\"\nbackend = \"software\"\nkey = \"default\"\nsigns = "
    "\"digests\"\n";

class RefusalFlood : public ::testing::Test {
 protected:
  // So many requests for a profile that no rule gives us; how many were refused as they should.
  int flood(int count) {
    const auto connection = client::Connection::open(daemon_.socket(), soon()).value();
    std::deque<client::PendingCall> pending;
    int refused = 0;
    const auto take = [&] {
      const Result<std::string> answer = pending.front().wait();
      if (!answer.ok() && answer.error().reason == "NO_RULE") ++refused;
      pending.pop_front();
    };
    for (int i = 0; i < count; ++i) {
      v1::SignRequest request = sign_request(std::to_string(i), "content");
      request.set_profile("other");
      pending.push_back(connection->submit(signer, "Sign", request.SerializeAsString(), soon()));
      if (pending.size() >= 64) take();
    }
    while (!pending.empty()) take();
    return refused;
  }
  // What each record of the audit counts, by its event.
  std::map<std::string, std::uint64_t> told() {
    std::map<std::string, std::uint64_t> out;
    for (const Json& record : audit_records(daemon_.socket())) {
      out[record["event"]] += record.value("count", std::uint64_t{1});
      ++records_;
    }
    return out;
  }

  ConfiguredDaemon daemon_{"[[rule]]\nname = \"we\"\nusers = [" + std::to_string(::getuid()) +
                           "]\nprofiles = [\"default\"]\n" + std::string(other_profile) +
                           "[[rule]]\nname = \"others\"\nusers = [65533]\nprofiles = "
                           "[\"other\"]\n"};
  std::uint64_t records_ = 0;
};

TEST_F(RefusalFlood, HonestClientsAreServedAndEachRefusalIsCounted) {
  constexpr int refusals = 10'000, honest = 50;
  int refused = 0;
  std::thread attacker([&] { refused = flood(refusals); });
  for (int i = 0; i < honest; ++i) {
    const auto reply = daemon_.call<v1::SignReply>(
        signer, "Sign", sign_request("honest-" + std::to_string(i), std::to_string(i)));
    EXPECT_TRUE(reply.ok()) << reply.error().message;
  }
  attacker.join();
  EXPECT_EQ(refused, refusals);
  daemon_.restart();  // what was only counted is recorded
  auto counts = told();
  EXPECT_EQ(counts["refused"] + counts["refused-many"], std::uint64_t{refusals});
  EXPECT_EQ(counts["done"], std::uint64_t{honest});
  EXPECT_LT(records_, std::uint64_t{refusals} / 2);
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
