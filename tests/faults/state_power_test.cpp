// Loses power after every single operation on the disk, of the journal, the local log's files and
// the payloads together, and starts on what is left.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <atomic>
#include <mutex>

#include "core/tlog/log_check.h"
#include "daemon/journal/payload_store.h"
#include "tests/support/disk/shadow_calls.h"
#include "tests/support/disk/shadow_disk.h"
#include "tests/support/disk/shadow_files.h"
#include "tests/support/disk/shadow_vfs.h"
#include "tests/support/journal/journal_calls.h"
#include "tests/support/journal/log_host.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

namespace fs = std::filesystem;

// What a client has in hand.
struct Told {
  daemon::RequestId id;
  std::uint64_t index;
  std::string payload;
  std::string bundle;
  std::string checkpoint;
};

class StatePower : public ::testing::Test {
 protected:
  StatePower() {
    host_.journal_options.vfs = vfs_.name();
    host_.journal_options.log_room_bytes = 100 << 10;
    host_.journal_options.checkpoint_pages = 30;  // several times in a short life
    host_.options.open_files = [this]() -> Result<std::unique_ptr<daemon::Files>> {
      return shadow_files(disk_, "log", TRY(daemon::Files::open(state_ / "log")));
    };
    disk_.observe([this](std::size_t operation) { lose_power(operation); });
  }

  // Two lives with a stop between them; each request in the order of the daemon's flow.
  void live() {
    for (const char* name : {"first", "second"}) {
      ASSERT_TRUE(host_.open().ok());
      const auto payloads = daemon::PayloadStore::open(state_ / "payloads").value();
      const auto is_named = [this](const Sha256& file) {
        return host_.journal().names_payload_file(file);
      };
      ASSERT_TRUE(payloads->remove_orphans(is_named).ok());
      for (int i = 0; i < 6 && !is_broken_; ++i) sign(*payloads, fmt::format("{}-{}", name, i));
      if (!is_broken_) host_.wait_until_published();
      host_.close();
    }
  }
  void sign(daemon::PayloadStore& payloads, const std::string& key) {
    const std::string payload = "the payload of " + key + std::string(2000, '.');
    daemon::Acceptance asked = acceptance(key);
    const auto file = payloads.write(as_bytes(payload)).value();
    asked.payload_file = *file;
    const daemon::RequestId id = accept(host_.journal(), asked).value().id;
    const std::uint64_t index = host_.journal().log_size();
    ASSERT_EQ(testing::sign(host_.journal(), id, LogHost::body(index))->log_index, index);
    const std::string checkpoint = host_.inclusion(index)->proof.checkpoint;
    const std::string bundle = "{\"bundle\":\"" + key + "\"}";
    ASSERT_TRUE(finish(host_.journal(), id, bundle).ok());
    const std::lock_guard lock(mutex_);
    answers_.push_back({id, index, payload, bundle, checkpoint});
    ++answered_;
  }

  void lose_power(std::size_t operation) {
    for (const auto kind : {PowerLoss::Kind::everything_unsynced, PowerLoss::Kind::some_of_it}) {
      if (is_broken_) return;  // the first is enough
      write_image(disk_.survivors({kind, static_cast<unsigned>(operation)}), image_);
      const Result<void> started = start_again();
      if (started.ok()) continue;
      broken_ = fmt::format("after operation {}{}: {}: {}", operation,
                            kind == PowerLoss::Kind::some_of_it ? " (some survived)" : "",
                            started.error().reason, started.error().message);
      is_broken_ = true;
    }
  }
  // What the daemon does at its start, and what each client may ask of it then.
  Result<void> start_again() {
    std::atomic<daemon::LocalLog*> log = nullptr;
    const auto journal =
        TRY(daemon::Journal::open({.path = image_ / "journal.db", .log_room_bytes = 0}));
    const auto payloads = TRY(daemon::PayloadStore::open(image_ / "payloads"));
    TRY(payloads->remove_orphans(
        [&](const Sha256& file) { return journal->names_payload_file(file); }));
    for (const daemon::StoredRequest& unfinished : TRY(journal->unfinished(1000))) {
      TRY(payloads->read(*unfinished.acceptance.payload_file));
    }
    const std::lock_guard lock(mutex_);
    for (const Told& answer : answers_) TRY(check(answer, *journal, *payloads));
    return check_log(*journal);
  }
  static Result<void> check(const Told& answer, daemon::Journal& journal,
                            const daemon::PayloadStore& payloads) {
    const auto stored = TRY(journal.find(answer.id));
    if (!stored || stored->state != daemon::RequestState::done || stored->bundle != answer.bundle ||
        stored->log_index != answer.index) {
      return internal("TEST_ANSWER_LOST", fmt::format("request {}", answer.id));
    }
    if (TRY(payloads.read(*stored->acceptance.payload_file)) == answer.payload) return {};
    return internal("TEST_PAYLOAD_LOST", fmt::format("request {}", answer.id));
  }
  // The log starts on its files, and its tree is the one that the clients' checkpoints are of.
  Result<void> check_log(daemon::Journal& journal) {
    daemon::LocalLogOptions options = host_.options;
    options.open_files = nullptr;
    options.directory = image_ / "log";
    const auto log = TRY(daemon::LocalLog::open(options, journal, host_.key_host, host_.alarms));
    TRY(inclusion(*log, journal.log_size()));
    const auto newest = TRY(tlog::read_checkpoint(log->checkpoint(), log->key()));
    for (const Told& answer : answers_) {
      const auto known = TRY(tlog::read_checkpoint(answer.checkpoint, log->key()));
      const auto proof = TRY(log->prove_consistency(known.size, newest.size));
      TRY(tlog::verify_consistency(known.size, newest.size, proof, known.root, newest.root));
    }
    return {};
  }
  // Until the last entry is proven: then a checkpoint covers all.
  static Result<void> inclusion(daemon::LocalLog& log, std::uint64_t size) {
    if (size == 0) return {};
    std::promise<Result<daemon::Inclusion>> proven;
    log.await_inclusion(
        size - 1, tlog::leaf_hash(as_bytes(LogHost::body(size - 1))),
        [&](Result<daemon::Inclusion> found) { proven.set_value(std::move(found)); });
    TRY(proven.get_future().get());
    return {};
  }

  // One sync that does not happen, the first of `path` (up to its last character) once somebody has
  // an answer: the test must notice it.
  void expect_red(const std::string& path, bool is_prefix) {
    disk_.skip_syncs([this, path, is_prefix](const std::string& synced, std::size_t) {
      const bool is_it = is_prefix ? synced.starts_with(path) : synced == path;
      return is_it && answered_ > 2 && !has_lied_.exchange(true);
    });
    live();
    EXPECT_TRUE(has_lied_);
    EXPECT_NE(broken_, "");
    std::printf("%s\n", broken_.c_str());
  }

  static fs::path made(const fs::path& path) {
    fs::create_directory(path);
    return path;
  }

  TemporaryDirectory directory_;
  // Hundreds of states are opened there: in memory where there is such a place.
  TemporaryDirectory images_{fs::exists("/dev/shm") ? "/dev/shm" : fs::temp_directory_path()};
  const fs::path image_ = images_ / "image";
  const fs::path state_ = made(fs::canonical(directory_.path()) / "state");
  ShadowDisk disk_;
  ShadowVfs vfs_{disk_, state_};
  ShadowCalls calls_{disk_, state_, "payloads"};
  LogHost host_{state_};
  std::mutex mutex_;
  std::vector<Told> answers_;
  std::atomic<int> answered_ = 0;
  std::atomic<bool> has_lied_ = false;
  std::atomic<bool> is_broken_ = false;
  std::string broken_;
};

TEST_F(StatePower, WhatWasAnsweredStandsAtEveryOperation) {
  live();
  EXPECT_EQ(broken_, "");
  EXPECT_EQ(answered_, 12);
  std::printf("%zu operations, %zu syncs\n", disk_.operations(), disk_.syncs());
}

TEST_F(StatePower, TestNoticesAPayloadThatWasNotSynced) { expect_red("payloads/", true); }
TEST_F(StatePower, TestNoticesAPayloadsNameThatWasNotSynced) { expect_red("payloads", false); }
TEST_F(StatePower, TestNoticesATileThatWasNotSynced) { expect_red("log/tile/0/000.p/", true); }
TEST_F(StatePower, TestNoticesATilesNameThatWasNotSynced) { expect_red("log/tile/0/000.p", false); }
TEST_F(StatePower, TestNoticesABundleThatWasNotSynced) {
  expect_red("log/tile/entries/000.p/", true);
}
TEST_F(StatePower, TestNoticesATreeStateThatWasNotSynced) {
  expect_red("log/.state/treeState.new", false);
}
TEST_F(StatePower, TestNoticesATreeStatesNameThatWasNotSynced) { expect_red("log/.state", false); }
TEST_F(StatePower, TestNoticesACheckpointThatWasNotSynced) {
  expect_red("log/checkpoint.new", false);
}

}  // namespace
}  // namespace chancery::testing
