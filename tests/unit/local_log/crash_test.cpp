// The process ends before any step of a projection: the next one must find a log that is whole.
// (Loss of power, where also what was done may be undone, is in tests/faults.)
#include <gtest/gtest.h>

#include "tests/support/journal/hooked_files.h"
#include "tests/support/journal/log_host.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

// From its nth step on every step fails, as if the process had ended there.
class EndingFiles {
 public:
  std::function<Result<std::unique_ptr<daemon::Files>>()> open(std::filesystem::path directory) {
    return [this, directory] {
      const FileHook hook = [this](std::string_view operation, const std::string& path) {
        // A sync that fails ends the process in earnest, so it stays with the living.
        const bool is_over = steps_.fetch_add(operation == "sync" ? 0 : 1) >= last_;
        if (is_over && operation != "sync") return Result<void>(unavailable("TEST_ENDED", path));
        return Result<void>();
      };
      return Result(hooked_files(daemon::Files::open(directory).value(), hook));
    };
  }
  void end_after(std::size_t steps) {
    steps_ = 0;
    last_ = steps;
  }
  bool has_ended() const { return steps_ > last_; }

 private:
  std::atomic<std::size_t> steps_ = 0;
  std::atomic<std::size_t> last_ = ~std::size_t{0};
};

class Crash : public ::testing::Test {
 protected:
  Result<void> open_whole() {
    host_.options.open_files = nullptr;
    return host_.open();
  }
  Result<void> open_ending(std::size_t steps) {
    host_.options.open_files = ending_.open(directory_ / "log");
    ending_.end_after(steps);
    return host_.open();
  }
  // What a client was told must stay true.
  void expect_consistent(const std::string& older_note) {
    const auto older = *tlog::read_checkpoint(older_note, host_.log().key());
    const auto newer = *tlog::read_checkpoint(host_.log().checkpoint(), host_.log().key());
    const auto proof = *host_.log().prove_consistency(older.size, newer.size);
    EXPECT_TRUE(
        tlog::verify_consistency(older.size, newer.size, proof, older.root, newer.root).ok());
  }

  TemporaryDirectory directory_;
  EndingFiles ending_;
  LogHost host_{directory_.path()};
};

TEST_F(Crash, BeforeAnyStepOfAProjectionLosesNothing) {
  ASSERT_TRUE(open_whole().ok());
  host_.append(250);
  host_.close();
  std::uint64_t size = 250;
  bool has_ended = true;
  for (std::size_t steps = 0; has_ended; ++steps) {
    SCOPED_TRACE(steps);
    const bool is_open = open_ending(steps).ok();
    std::string note;
    if (is_open) {
      host_.append(7);  // crosses the end of a tile now and then
      size += 7;
      note = host_.inclusion(size - 1)->proof.checkpoint;
      if (!ending_.has_ended()) host_.close();
    }
    host_.close();
    has_ended = ending_.has_ended();
    ASSERT_TRUE(open_whole().ok());
    ASSERT_EQ(host_.log().size(), size);
    ASSERT_TRUE(host_.check(host_.inclusion(size - 1).value()).ok());
    if (is_open) expect_consistent(note);
    host_.wait_until_published();
    ASSERT_EQ(host_.check_files()->size, size);
    ASSERT_LT(steps, 200U) << "never went through";
  }
  EXPECT_GT(size, 300U) << "no projection was interrupted";
}

TEST_F(Crash, BeforeAnyStepOfTheFirstStartLeavesALogThatCanBeMade) {
  bool has_ended = true;
  for (std::size_t steps = 0; has_ended; ++steps) {
    SCOPED_TRACE(steps);
    host_.close();
    std::filesystem::remove_all(directory_ / "log");
    const bool is_open = open_ending(steps).ok();
    has_ended = ending_.has_ended();
    EXPECT_EQ(is_open, !has_ended);
    ASSERT_TRUE(open_whole().ok());
    ASSERT_EQ(host_.check_files()->size, 0U);
    ASSERT_LT(steps, 100U) << "never went through";
  }
}

TEST_F(Crash, ASyncThatFailsEndsTheProcess) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto sync_fails_at = [&](const std::string& end_of_path) {
    host_.options.open_files = [&, end_of_path] {
      const FileHook hook = [end_of_path](std::string_view operation, const std::string& path) {
        if (operation != "sync" || !path.ends_with(end_of_path)) return Result<void>();
        return Result<void>(unavailable("FILE_SYNC_FAILED", "sync " + path + ": I/O error"));
      };
      return Result(hooked_files(daemon::Files::open(directory_ / "log").value(), hook));
    };
    ASSERT_TRUE(host_.open().ok());
    host_.append(1);
    host_.wait_until_published();
  };
  EXPECT_DEATH(sync_fails_at("tile/0/000.p/1.new"), "local log: sync tile/0/000.p/1.new");
  EXPECT_DEATH(sync_fails_at("tile/entries"), "local log: sync tile/entries");
}

}  // namespace
}  // namespace chancery::testing
