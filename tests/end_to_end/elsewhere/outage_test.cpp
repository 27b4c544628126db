// A log is away while many sign by deadline: nobody waits, not even for another log, and it has
// each signature once after.
#include <gmock/gmock.h>

#include <set>

#include "core/base/limits/services.h"
#include "core/bundle/bundle_rules.h"
#include "core/tlog/merkle.h"
#include "tests/end_to_end/elsewhere/elsewhere.h"
#include "tests/support/patience.h"

namespace chancery::testing {
namespace {

using Fault = Elsewhere::Fault;

constexpr unsigned clients_count = 32;

// All at once, each client over a connection of its own. In the order of their keys, "0" first.
std::vector<v1::SignReply> sign_many(const ConfiguredDaemon& daemon, unsigned each_signs) {
  const unsigned count = clients_count * each_signs;
  std::vector<v1::SignReply> replies(count);
  std::vector<std::thread> clients;
  for (unsigned client = 0; client < clients_count; ++client) {
    clients.emplace_back([&, client] {
      const auto connection = client::Connection::open(daemon.socket(), soon());
      ASSERT_TRUE(connection.ok());
      for (unsigned i = client * each_signs; i < (client + 1) * each_signs; ++i) {
        const std::string request = request_for(std::to_string(i)).SerializeAsString();
        const auto answer = (*connection)->call(signer, "Sign", request, soon());
        ASSERT_TRUE(answer.ok()) << answer.error().message;
        ASSERT_TRUE(replies[i].ParseFromString(*answer));
      }
    });
  }
  for (std::thread& client : clients) client.join();
  return replies;
}

Bytes signature_in(const v1::SignReply& reply) {
  return to_bytes(bundle::signature_of(*bundle::parse_bundle(reply.bundle())));
}

void expect_entry(const std::vector<tlog::Hash>& leaves, const bundle::LogEntry& entry) {
  ASSERT_LT(entry.log_index, leaves.size());
  EXPECT_EQ(leaves[entry.log_index], tlog::leaf_hash(as_bytes(entry.canonicalized_body)));
}

TEST(OutageTest, AllLeaveTimestampedAndEachIsRecordedOnceWhenTheLogIsBack) {
  Elsewhere elsewhere;
  elsewhere.rekor.remembers_duplicates = false;
  elsewhere.order(Fault::away);
  ConfiguredDaemon daemon(elsewhere.sections(by_deadline));
  constexpr unsigned each_signs = 8, count = clients_count * each_signs;
  const std::vector<v1::SignReply> released = sign_many(daemon, each_signs);
  for (const v1::SignReply& reply : released) {
    EXPECT_EQ(reply.state(), v1::STATE_TIMESTAMPED);
    EXPECT_EQ(bundle::parse_bundle(reply.bundle())->timestamps.size(), 1U);
  }
  EXPECT_EQ(status_of(daemon).unrecorded(), count);
  EXPECT_TRUE(elsewhere.leaves().empty());
  daemon.process().kill();
  daemon.restart();
  EXPECT_EQ(status_of(daemon).unrecorded(), count);

  elsewhere.order(Fault::none);
  std::set<std::uint64_t> places;
  for (unsigned i = 0; i < count; ++i) {
    const v1::SignReply done = wait_for(daemon, released[i].receipt());
    expect_verified(elsewhere, done, std::to_string(i), 1);
    EXPECT_EQ(signature_in(done), signature_in(released[i]));
    const bundle::LogEntry entry = bundle::parse_bundle(done.bundle())->log_entries.at(0);
    expect_entry(elsewhere.leaves(), entry);
    places.insert(entry.log_index);
  }
  EXPECT_EQ(places.size(), count);
  EXPECT_EQ(elsewhere.leaves().size(), count);
  EXPECT_EQ(distinct_leaves(elsewhere), count);
  EXPECT_EQ(status_of(daemon).done(), count);
  EXPECT_EQ(status_of(daemon).unfinished_size(), 0);
}

// More of them than are carried to one log at once.
TEST(OutageTest, LogThatStandsStillKeepsNothingFromAnother) {
  Elsewhere elsewhere;
  elsewhere.rekor.remembers_duplicates = elsewhere.other.remembers_duplicates = false;
  elsewhere.order(Fault::stands_still);
  ConfiguredDaemon daemon(elsewhere.sections(by_deadline, R"("memory", "other")"));
  constexpr unsigned each_signs = 17, count = clients_count * each_signs;
  static_assert(count > limits::backlog_carried_max);
  const std::vector<v1::SignReply> released = sign_many(daemon, each_signs);
  while (elsewhere.other_leaves().size() < count) pause_briefly();
  EXPECT_TRUE(elsewhere.leaves().empty());
  while (status_of(daemon).awaited_size() > 1) pause_briefly();
  EXPECT_EQ(status_of(daemon).awaited(0).log(), "memory");
  EXPECT_EQ(status_of(daemon).awaited(0).signatures(), count);
  EXPECT_EQ(status_of(daemon).unrecorded(), count);

  daemon.process().kill();
  elsewhere.order(Fault::none);
  daemon.restart();
  while (status_of(daemon).unrecorded() > 0) pause_briefly();
  for (const v1::SignReply& reply : released) {
    const auto bundle = bundle::parse_bundle(wait_for(daemon, reply.receipt()).bundle());
    ASSERT_TRUE(bundle.ok() && bundle->log_entries.size() == 2);
    expect_entry(elsewhere.leaves(), bundle->log_entries[0]);
    expect_entry(elsewhere.other_leaves(), bundle->log_entries[1]);
  }
  EXPECT_EQ(elsewhere.leaves().size(), count);
  EXPECT_EQ(elsewhere.other_leaves().size(), count);
  EXPECT_EQ(status_of(daemon).unfinished_size(), 0);
}

}  // namespace
}  // namespace chancery::testing
