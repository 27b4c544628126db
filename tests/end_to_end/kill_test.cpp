// The daemon is killed under load, again and again. Afterwards the client's view, the archive and
// the log are compared: what was answered is there, nothing is there twice.
#include <map>
#include <set>

#include "core/bundle/bundle.h"
#include "tests/end_to_end/running_daemon.h"

namespace chancery::testing {
namespace {

constexpr int requests_each_round = 60;

class Kill : public ::testing::Test {
 protected:
  static std::string key_of(int round, int number) {
    return "r" + std::to_string(round) + "-" + std::to_string(number);
  }
  std::vector<client::PendingCall> submit(int round) {
    std::vector<client::PendingCall> calls;
    for (int i = 0; i < requests_each_round; ++i) {
      const std::string key = key_of(round, i);
      calls.push_back(daemon_.connection().submit(
          signer, "Sign", sign_request(key, key).SerializeAsString(), soon()));
    }
    return calls;
  }
  void note_answer(const std::string& key, const std::string& message) {
    v1::SignReply reply;
    ASSERT_TRUE(reply.ParseFromString(message));
    ASSERT_EQ(reply.state(), v1::STATE_DONE);
    answered_.emplace(key, reply);
  }
  // Kills the daemon once `answers` of the round's requests have been answered.
  void kill_amid(int round, int answers) {
    std::vector<client::PendingCall> calls = submit(round);
    for (int i = 0; i < requests_each_round; ++i) {
      if (i == answers) daemon_.process().kill();
      const Result<std::string> answer = calls[static_cast<std::size_t>(i)].wait();
      if (answer.ok()) {
        note_answer(key_of(round, i), *answer);
      } else {
        EXPECT_EQ(answer.error().reason, "CONNECTION_LOST");
      }
    }
  }
  // Every request of the round again, as a client does that lost its connection.
  void ask_again(int round) {
    std::vector<client::PendingCall> calls = submit(round);
    for (int i = 0; i < requests_each_round; ++i) {
      const std::string key = key_of(round, i);
      const Result<std::string> answer = calls[static_cast<std::size_t>(i)].wait();
      ASSERT_TRUE(answer.ok()) << answer.error().reason << ": " << answer.error().message;
      v1::SignReply reply;
      ASSERT_TRUE(reply.ParseFromString(*answer));
      const auto before = answered_.find(key);
      if (before == answered_.end()) {
        note_answer(key, *answer);
      } else {
        EXPECT_EQ(reply.SerializeAsString(), before->second.SerializeAsString()) << key;
      }
    }
  }
  std::uint64_t log_size() {
    return daemon_.call<v1::StatusReply>("chancery.v1.Admin", "Status", v1::StatusRequest())
        ->log_size();
  }

  RunningDaemon daemon_;
  std::map<std::string, v1::SignReply> answered_;  // by idempotency key
};

TEST_F(Kill, WhatWasAnsweredIsThereAndNothingIsThereTwice) {
  // From before the first answer to near the last.
  const std::vector<int> answers = {0, 1, 2, 5, 10, 20, 30, 40, 50, 59};
  for (int round = 0; round < static_cast<int>(answers.size()); ++round) {
    kill_amid(round, answers[static_cast<std::size_t>(round)]);
    daemon_.start();
    ask_again(round);
  }
  std::set<std::uint64_t> indexes;
  for (const auto& [key, reply] : answered_) {
    indexes.insert(reply.log_index());
    const bundle::Bundle bundle = *bundle::parse_bundle(reply.bundle());
    EXPECT_EQ(bundle.log_entries.at(0).log_index, reply.log_index());
  }
  // Each entry of the log belongs to one request, and each request to one entry.
  EXPECT_EQ(indexes.size(), answered_.size());
  EXPECT_EQ(log_size(), answered_.size());
}

}  // namespace
}  // namespace chancery::testing
