// Kills the whole daemon at each step of signatures that services elsewhere have a part in, and
// compares what the client was told with what journal, archive, audit and those logs say
// afterwards.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <set>

#include "core/bundle/bundle_rules.h"
#include "core/tlog/entry.h"
#include "daemon/journal/sqlite/database.h"
#include "tests/end_to_end/audit_records.h"
#include "tests/end_to_end/elsewhere/elsewhere.h"

namespace chancery::testing {
namespace {

namespace sqlite = daemon::sqlite;
using Steps = std::vector<std::string>;

// What the client was told of one signature: first, and in the end.
struct Told {
  v1::SignReply first;
  std::optional<v1::SignReply> done;
};
using Answers = std::map<std::string, Told>;  // by idempotency key

bundle::Bundle bundle_in(const v1::SignReply& reply) {
  return bundle::parse_bundle(reply.bundle()).value();
}

// One log of Rekor v2, which forgets at once what it has recorded, and one of Rekor v1.
class RemoteStepKill : public ::testing::Test {
 protected:
  RemoteStepKill() {
    elsewhere_.rekor.remembers_duplicates = false;
    elsewhere_.rekor.instead_of_reading = [this](const SeenRequest& request) {
      const bool is_hidden = is_hiding_its_first_ && elsewhere_.rekor.adds < 2 &&
                             request.path.ends_with("/checkpoint");
      return is_hidden ? std::optional(Reply::answer(200, empty_)) : std::nullopt;
    };
    static_cast<void>(elsewhere_.log_server.seen());  // its threads see what was set until here
  }
  void prepare(std::string_view options, std::string_view logs) {
    daemon_.emplace(elsewhere_.sections(options, logs));
    daemon_->stop();
  }

  // A digest, and a statement; until both are done, or the daemon is gone.
  Answers ask(client::Connection& connection, const std::string& round) const {
    Answers answers;
    const std::string digest = round + "-digest", statement = round + "-statement";
    take(connection.call(signer, "Sign", request_for(digest).SerializeAsString(), soon()), digest,
         answers);
    if (!is_digest_alone_) {
      take(upload_statement(connection, statement, statement_of(500), "remote"), statement,
           answers);
    }
    for (auto& [key, told] : answers) {
      while (!told.done && look_again(connection, told)) std::this_thread::yield();
    }
    return answers;
  }
  static void take(const Result<std::string>& answer, const std::string& key, Answers& into) {
    if (!answer.ok()) return;
    Told& told = into[key];
    EXPECT_TRUE(told.first.ParseFromString(*answer));
    if (told.first.state() == v1::STATE_DONE) told.done = told.first;
  }
  // False: the daemon is gone.
  static bool look_again(client::Connection& connection, Told& told) {
    v1::GetSignatureRequest request;
    request.set_receipt(told.first.receipt());
    const auto answer =
        connection.call(signer, "GetSignature", request.SerializeAsString(), soon());
    v1::SignReply reply;
    if (!answer.ok() || !reply.ParseFromString(*answer)) return false;
    if (reply.state() == v1::STATE_DONE) told.done = reply;
    return true;
  }

  // One life that ends at `step`.
  Answers live(const std::string& step, const std::string& round) {
    Result<DaemonProcess> mortal = DaemonProcess::start(
        {.program = std::filesystem::path(CHANCERY_PROGRAMS) / "staged_chanceryd",
         .state_directory = {},
         .socket = {},
         .config = daemon_->file(),
         .standard_error = elsewhere_.directory / "stderr",
         .environment = {{"CHANCERY_DIES_AT", step}}});
    if (!mortal.ok()) return {};  // killed before it was ready
    const auto connection = client::Connection::open(daemon_->socket(), soon());
    Answers answers;
    if (connection.ok()) answers = ask(**connection, round);
    EXPECT_EQ(mortal->stop(), 128 + SIGKILL) << "never came to " << step;
    return answers;
  }
  // The same requests of one that lives. What was told before holds.
  void live_on(const Answers& before, const std::string& round) {
    daemon_->start();
    const auto connection = client::Connection::open(daemon_->socket(), soon()).value();
    for (const auto& [key, told] : ask(*connection, round)) {
      ASSERT_TRUE(told.done) << key << daemon_->standard_error();
      done_.insert_or_assign(key, *told.done);
    }
    for (const auto& [key, told] : before) expect_kept(told, done_.at(key));
  }
  static void expect_kept(const Told& before, const v1::SignReply& now) {
    EXPECT_EQ(before.first.receipt(), now.receipt());
    if (before.done) {
      EXPECT_EQ(before.done->SerializeAsString(), now.SerializeAsString());
    }
    if (before.first.bundle().empty()) return;
    const bundle::Bundle left = bundle_in(before.first), kept = bundle_in(now);
    EXPECT_EQ(to_bytes(bundle::signature_of(left)), to_bytes(bundle::signature_of(kept)));
    EXPECT_EQ(left.timestamps, kept.timestamps);
  }

  // Each entry that the archive refers to stands there in its log.
  std::size_t entries_of(const Bytes& log_id, const std::vector<tlog::Hash>& leaves) {
    std::set<std::uint64_t> places;
    for (const auto& [key, reply] : done_) {
      for (const bundle::LogEntry& entry : bundle_in(reply).log_entries) {
        if (entry.log_id != log_id) continue;
        const std::uint64_t place = entry.inclusion_proof->log_index;
        EXPECT_EQ(leaves.at(place), tlog::leaf_hash(as_bytes(entry.canonicalized_body))) << key;
        places.insert(place);
      }
    }
    return places.size();
  }
  std::int64_t in_journal(const char* sql) {
    const auto journal = sqlite::Database::open(
        daemon_->socket().parent_path() / "state/journal.db", sqlite::Access::read_only, {});
    return journal.value()->integer(sql).value();
  }
  // Of a daemon at rest: all that was signed is done, and both logs have it once.
  void expect_whole() {
    const auto signatures = static_cast<std::int64_t>(done_.size());
    EXPECT_EQ(in_journal("SELECT count(*) FROM signatures"), signatures);
    EXPECT_EQ(in_journal("SELECT count(*) FROM bundles"), signatures);
    EXPECT_EQ(in_journal("SELECT count(*) FROM unfinished"), 0);
    EXPECT_EQ(in_journal("SELECT count(*) FROM awaited"), 0);
    EXPECT_EQ(in_journal("SELECT count(*) FROM deadlines"), 0);
    const auto logs = elsewhere_.root().transparency_logs;
    EXPECT_EQ(elsewhere_.leaves().size(), done_.size());
    EXPECT_EQ(entries_of(logs[0].log_id, elsewhere_.leaves()), done_.size());
    EXPECT_EQ(elsewhere_.old_leaves().size(), done_.size());
    EXPECT_EQ(entries_of(logs[2].log_id, elsewhere_.old_leaves()), done_.size());
  }
  void kill_at(const Steps& steps) {
    for (const std::string& step : steps) {
      SCOPED_TRACE(step);
      const std::string round = std::to_string(done_.size());
      const Answers before = live(step, round);
      live_on(before, round);
      if (HasFatalFailure()) return;
      daemon_->stop();
      expect_whole();
    }
  }
  // The audit tells of each signature and log once; none was there twice.
  std::vector<Json> records_of(std::string_view event) {
    std::vector<Json> out;
    for (Json& record : audit_records(daemon_->socket())) {
      if (record["event"] == event) out.push_back(std::move(record));
    }
    return out;
  }

  Elsewhere elsewhere_;
  std::optional<ConfiguredDaemon> daemon_;
  std::map<std::string, v1::SignReply> done_;  // by idempotency key
  bool is_digest_alone_ = false;
  std::atomic<bool> is_hiding_its_first_ = false;
  const std::string empty_ = elsewhere_.rekor.log.checkpoint();
};

constexpr std::string_view both_logs = R"("memory", "old")";

// Of both requests, as far as services elsewhere have no part in them.
const Steps steps_at_home = {"1 decided", "1 accepted", "1 signed",   "1 recorded",
                             "1 judged",  "1 archived", "2 accepted", "2 signed"};
// The first of a kind are the digest's, the last the statement's; two logs have it to be recorded.
const Steps steps_elsewhere = {
    "1 stamped",        "2 stamped",        "1 stamp recorded", "2 stamp recorded",
    "1 add begun",      "2 add begun",      "3 add begun",      "4 add begun",
    "1 added",          "2 added",          "3 added",          "4 added",
    "1 entry recorded", "2 entry recorded", "3 entry recorded", "4 entry recorded"};
// Before each commit, and after it: accepted, signed, and three at least of services elsewhere.
const Steps commits = {"1 applied",   "2 applied",   "3 applied",   "4 applied",   "5 applied",
                       "1 committed", "2 committed", "3 committed", "4 committed", "5 committed"};

TEST_F(RemoteStepKill, WhatWaitsForItsLogsIsRecordedOnceAndAnswered) {
  prepare(R"(timestamps = ["first"])", both_logs);
  kill_at(steps_at_home);
  kill_at(steps_elsewhere);
  kill_at(commits);
  kill_at({"1 recorded elsewhere", "2 recorded elsewhere", "1 answered"});
  daemon_->start();
  EXPECT_EQ(records_of("recorded").size(), 2 * done_.size());
}

TEST_F(RemoteStepKill, WhatLeavesBeforeItsLogsHaveItIsRecordedOnce) {
  prepare(by_deadline, both_logs);
  kill_at(steps_at_home);
  kill_at(steps_elsewhere);
  kill_at(commits);
  kill_at({"1 released", "2 released"});
  // Each is stamped, and later put together.
  kill_at({"1 recorded elsewhere", "2 recorded elsewhere", "3 recorded elsewhere",
           "4 recorded elsewhere", "2 judged", "2 archived"});
  daemon_->start();
  EXPECT_EQ(records_of("recorded").size(), 2 * done_.size());
}

// The log shows what it has taken too late: the daemon that comes back does not find it.
TEST_F(RemoteStepKill, WhatTheLogHasTwiceIsCountedAndOnePlaceReferredTo) {
  is_hiding_its_first_ = is_digest_alone_ = true;
  prepare(by_deadline, R"("memory")");
  const Answers before = live("1 added", "a");
  live_on(before, "a");
  EXPECT_EQ(elsewhere_.leaves().size(), 2U);
  EXPECT_EQ(distinct_leaves(elsewhere_), 1U);
  EXPECT_EQ(done_.at("a-digest").log_index(), 0U);
  const std::vector<Json> recorded = records_of("recorded");
  ASSERT_EQ(recorded.size(), 1U);
  EXPECT_EQ(recorded[0]["log_index"], 0);
  EXPECT_EQ(recorded[0].value("duplicate", 0), 1);
  EXPECT_THAT(
      daemon_->call<v1::MetricsReply>("chancery.v1.Admin", "Metrics", v1::MetricsRequest())->text(),
      ::testing::HasSubstr("\nchancery_log_duplicates_total 1\n"));
}

}  // namespace
}  // namespace chancery::testing
