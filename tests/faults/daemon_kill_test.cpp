// Kills the whole daemon under load, again and again, and compares what clients, journal and log
// say.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "daemon/journal/sqlite/database.h"
#include "tests/end_to_end/running_daemon.h"

namespace chancery::testing {
namespace {

namespace sqlite = daemon::sqlite;

constexpr int clients = 8;
constexpr int requests_per_client = 12;

// The bundle that each idempotency key was answered with.
using Answers = std::map<std::string, std::string>;

class DaemonKill : public ::testing::Test {
 protected:
  std::string key_of(int round, int client, int request) {
    return std::to_string(round) + "-" + std::to_string(client) + "-" + std::to_string(request);
  }

  // One client after another request, until it has them all or the daemon is gone.
  Answers ask(int round, int client) {
    Answers answers;
    auto connection = client::Connection::open(daemon_.socket(), soon());
    for (int i = 0; connection.ok() && i < requests_per_client; ++i) {
      const std::string key = key_of(round, client, i);
      const auto answer =
          (*connection)->call(signer, "Sign", sign_request(key, key).SerializeAsString(), soon());
      if (!answer.ok()) break;
      v1::SignReply reply;
      EXPECT_TRUE(reply.ParseFromString(*answer));
      if (reply.state() == v1::STATE_DONE) answers[key] = reply.bundle();
      ++answered_;
    }
    return answers;
  }

  // All clients at once; the daemon is killed when so many answers have come.
  Answers ask_and_kill(int round, int kill_after) {
    answered_ = 0;
    std::vector<Answers> each(clients);
    std::vector<std::thread> threads;
    for (int client = 0; client < clients; ++client) {
      threads.emplace_back(
          [&, client] { each[static_cast<std::size_t>(client)] = ask(round, client); });
    }
    if (kill_after >= 0) {
      while (answered_ < kill_after) std::this_thread::yield();
      daemon_.process().kill();
    }
    for (std::thread& thread : threads) thread.join();
    Answers all;
    for (const Answers& answers : each) all.insert(answers.begin(), answers.end());
    return all;
  }

  std::int64_t in_journal(const char* sql) {
    const auto journal =
        sqlite::Database::open(daemon_.state() / "journal.db", sqlite::Access::read_only, {});
    return journal.value()->integer(sql).value();
  }

  RunningDaemon daemon_;
  std::atomic<int> answered_ = 0;
};

TEST_F(DaemonKill, EachSignatureIsThereOnceAndEachAnswerStands) {
  int round = 0;
  for (const int kill_after : {0, 1, 3, 10, 25, 45, 70}) {
    const Answers before = ask_and_kill(round, kill_after);
    daemon_.start();
    const Answers after = ask_and_kill(round, -1);
    EXPECT_EQ(after.size(), static_cast<std::size_t>(clients * requests_per_client));
    for (const auto& [key, bundle] : before) EXPECT_EQ(after.at(key), bundle) << key;
    ++round;
  }
  EXPECT_EQ(daemon_.process().stop(), 0);
  const std::int64_t asked = round * clients * requests_per_client;
  EXPECT_EQ(in_journal("SELECT count(*) FROM signatures"), asked);
  EXPECT_EQ(in_journal("SELECT count(DISTINCT log_index) FROM signatures"), asked);
  EXPECT_EQ(in_journal("SELECT max(log_index) + 1 FROM signatures"), asked);
  EXPECT_EQ(in_journal("SELECT count(*) FROM bundles"), asked);
  EXPECT_EQ(in_journal("SELECT count(*) FROM unfinished"), 0);
  EXPECT_EQ(in_journal("SELECT size FROM log_projection"), asked);
  std::printf("%ld signatures, %ld requests failed by a kill\n", static_cast<long>(asked),
              static_cast<long>(in_journal("SELECT count(*) FROM failures")));
}

}  // namespace
}  // namespace chancery::testing
