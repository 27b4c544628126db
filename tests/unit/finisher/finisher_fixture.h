// A finisher over scripted logs, and one signature in the journal that it is to finish.
#pragma once

#include <gtest/gtest.h>

#include <future>

#include "daemon/finisher/finisher.h"
#include "daemon/journal/sqlite/database.h"
#include "tests/support/journal/journal_calls.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/finisher/scripted_log.h"

namespace chancery::daemon {

inline bundle::LogEntry entry_at(std::uint64_t index) {
  bundle::LogEntry entry;
  entry.log_index = index;
  entry.log_id = Bytes(32, 1);
  entry.kind = "hashedrekord";
  entry.version = "0.0.2";
  entry.canonicalized_body = chancery::testing::entry_body("a");
  entry.inclusion_proof = bundle::InclusionProof();
  return entry;
}

class FinisherFixture : public ::testing::Test {
 protected:
  FinisherFixture() {
    JournalOptions options;
    options.path = path_;
    options.at_step = [this](std::string_view step) {
      if (step == "committed" && after_commit_) after_commit_();
    };
    journal_ = chancery::testing::open_journal(std::move(options));
    id_ = chancery::testing::accept(*journal_, "a");
    EXPECT_TRUE(chancery::testing::sign(*journal_, id_, chancery::testing::entry_body("a")).ok());
  }
  // Before start().
  ScriptedLog& add_log(const std::string& name) {
    auto log = std::make_unique<ScriptedLog>();
    ScriptedLog& added = *log;
    services_.logs.emplace(name, RemoteLog{std::move(log), false, std::nullopt});
    return added;
  }
  void start() { finisher_ = Finisher::start(std::move(services_), *journal_, timings_); }
  Unfinished work(Plan plan) const {
    Unfinished out;
    out.id = id_;
    out.plan = std::move(plan);
    out.record = {digest(HashAlgorithm::sha256, as_bytes("a")),
                  {1, 2, 3},
                  Algorithm::ecdsa_p256_sha256,
                  {4, 5, 6},
                  /*is_certificate=*/false};
    return out;
  }
  std::future<Result<Finished>> begin(Plan plan) {
    const auto promise = std::make_shared<std::promise<Result<Finished>>>();
    finisher_->finish(work(std::move(plan)),
                      [promise](Result<Finished> out) { promise->set_value(std::move(out)); });
    return promise->get_future();
  }
  // By another connection: the journal then takes no step that does not fit the state.
  void set_state(RequestState state) {
    const auto database =
        sqlite::Database::open(path_, sqlite::Access::read_write_create, {}).value();
    sqlite::Statement set(*database, "UPDATE unfinished SET state = ?1");
    ASSERT_TRUE(set.run(state).ok());
  }

  chancery::testing::TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_ / "journal.db";
  std::function<void()> after_commit_;  // on the journal's thread, before anybody hears of it
  std::unique_ptr<Journal> journal_;
  RequestId id_ = 0;
  Timings timings_;
  RemoteServices services_;
  std::unique_ptr<Finisher> finisher_;
};

}  // namespace chancery::daemon
