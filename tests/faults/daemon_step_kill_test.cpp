// Kills the whole daemon at each step of a request, and compares what the client was told with what
// journal, archive and log say afterwards.
#include <gmock/gmock.h>

#include <csignal>
#include <map>

#include "daemon/journal/sqlite/database.h"
#include "tests/end_to_end/running_daemon.h"

namespace chancery::testing {
namespace {

namespace fs = std::filesystem;
namespace sqlite = daemon::sqlite;

// What the kernel has needs no disk; there are many starts.
fs::path memory() { return fs::exists("/dev/shm") ? "/dev/shm" : fs::temp_directory_path(); }

// Just too large for a row of the journal: its payload is a file.
const std::string large_statement = statement_of((1U << 20) + 1);

// Answers by idempotency key.
using Answers = std::map<std::string, v1::SignReply>;

class DaemonStepKill : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(daemon_.process().stop(), 0); }

  // A digest, and a statement with a payload of its own. Until the daemon is gone.
  static Answers ask(client::Connection& connection, const std::string& round) {
    Answers answers;
    const std::string digest = round + "-digest", statement = round + "-statement";
    take(connection.call(signer, "Sign", sign_request(digest, digest).SerializeAsString(), soon()),
         answers[digest]);
    take(upload_statement(connection, statement, large_statement), answers[statement]);
    std::erase_if(answers, [](const auto& answer) { return answer.second.receipt().empty(); });
    return answers;
  }
  static void take(const Result<std::string>& answer, v1::SignReply& into) {
    if (!answer.ok()) return;
    EXPECT_TRUE(into.ParseFromString(*answer));
    EXPECT_EQ(into.state(), v1::STATE_DONE);
  }

  // One life that ends at `step`.
  Answers live(const std::string& step, const std::string& round) {
    DaemonOptions options = daemon_.options();
    options.program = fs::path(CHANCERY_PROGRAMS) / "staged_chanceryd";
    options.environment = {{"CHANCERY_DIES_AT", step}};
    Result<DaemonProcess> mortal = DaemonProcess::start(options);
    if (!mortal.ok()) return {};  // killed before it was ready
    auto connection = client::Connection::open(daemon_.socket(), soon());
    Answers answers;
    if (connection.ok()) answers = ask(**connection, round);
    EXPECT_EQ(mortal->stop(), 128 + SIGKILL) << "never came to " << step;
    return answers;
  }

  std::int64_t in_journal(const char* sql) {
    const auto journal =
        sqlite::Database::open(daemon_.state() / "journal.db", sqlite::Access::read_only, {});
    return journal.value()->integer(sql).value();
  }
  // Of a daemon at rest: so many signatures, each once, in journal, archive and log.
  void expect_whole(std::int64_t signatures) {
    EXPECT_EQ(in_journal("SELECT count(*) FROM signatures"), signatures);
    EXPECT_EQ(in_journal("SELECT count(DISTINCT log_index) FROM signatures"), signatures);
    EXPECT_EQ(in_journal("SELECT count(*) FROM bundles"), signatures);
    EXPECT_EQ(in_journal("SELECT count(*) FROM unfinished"), 0);
    EXPECT_EQ(in_journal("SELECT size FROM log_projection"), signatures);
    EXPECT_EQ(std::distance(fs::directory_iterator(daemon_.state() / "payloads"), {}), 1);
  }

  TemporaryDirectory memory_{memory()};
  RunningDaemon daemon_{memory_.path()};
};

// Of a request, in their order; the second time is the statement's.
const std::vector<std::string> steps_of_requests = {
    "1 decided",         "1 accepted",    "1 signed",   "1 recorded", "1 proven",
    "1 judged",          "1 answer made", "1 archived", "1 answered", "2 decided",
    "1 payload written", "2 accepted",    "2 signed",   "2 recorded", "2 proven",
    "2 judged",          "2 answer made", "2 archived", "2 answered"};
// Of the journal: the first three commits are those of the digest (journal_kill_test has them all).
const std::vector<std::string> steps_of_the_journal = {"1 recovered", "1 applied",   "1 committed",
                                                       "2 applied",   "2 committed", "2 appended",
                                                       "3 applied",   "3 committed"};
// Of the log's files, in the order of a projection.
const std::vector<std::string> steps_of_the_log = {
    "1 before write .state/treeState.new", "1 before write checkpoint.new",
    "1 before sync checkpoint.new",        "1 before sync tile",
    "1 before rename .state/treeState",    "1 before sync .state",
    "1 before rename checkpoint",          "1 before sync "};

TEST_F(DaemonStepKill, NothingIsLostAndNothingIsThereTwice) {
  std::int64_t signatures = 0;
  for (const auto& steps : {steps_of_requests, steps_of_the_journal, steps_of_the_log}) {
    for (const std::string& step : steps) {
      SCOPED_TRACE(step);
      const std::string round = std::to_string(signatures);
      const Answers before = live(step, round);
      daemon_.start();
      const Answers after = ask(daemon_.connection(), round);
      ASSERT_EQ(after.size(), 2U) << daemon_.standard_error();
      for (const auto& [key, answer] : before) {
        EXPECT_EQ(after.at(key).SerializeAsString(), answer.SerializeAsString()) << key;
      }
      ASSERT_EQ(daemon_.process().stop(), 0) << daemon_.standard_error();
      expect_whole(signatures += 2);
    }
  }
}

// What takes time with a large bundle is not left to the thread that commits for everybody.
TEST_F(DaemonStepKill, AnswerIsMadeBeforeTheArchiveHasIt) {
  EXPECT_THAT(live("1 answer made", "a"), ::testing::IsEmpty());
  EXPECT_EQ(in_journal("SELECT count(*) FROM signatures"), 1);
  EXPECT_EQ(in_journal("SELECT count(*) FROM bundles"), 0);
}

}  // namespace
}  // namespace chancery::testing
