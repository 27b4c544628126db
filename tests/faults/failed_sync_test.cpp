// A sync that fails ends the process, before anybody is told that a thing was recorded.
#include <gtest/gtest.h>

#include <csignal>

#include "daemon/journal/payload_store.h"
#include "tests/support/disk/shadow_calls.h"
#include "tests/support/disk/shadow_vfs.h"
#include "tests/support/journal/journal_calls.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

using ::testing::KilledBySignal;

void accept_on_a_dying_disk(const std::filesystem::path& directory) {
  ShadowDisk disk;
  ShadowVfs vfs(disk, directory);
  daemon::JournalOptions options;
  options.path = directory / "journal.db";
  options.vfs = vfs.name();
  const auto journal = open_journal(std::move(options));
  accept(*journal, "before");
  vfs.fail_syncs();
  accept(*journal, "after");  // returns only when it was answered
  std::_Exit(0);
}

TEST(FailedSyncDeathTest, EndsTheProcessAndAnswersNobody) {
  const TemporaryDirectory directory;
  EXPECT_EXIT(accept_on_a_dying_disk(directory.path()), KilledBySignal(SIGABRT),
              "the journal failed, so the daemon ends; JOURNAL_FAILED: .*journal.db");
  // What was answered before is there; what was not may be there or not.
  const auto journal = open_journal(directory / "journal.db");
  EXPECT_TRUE(journal->find(1).value());
}

void write_a_payload_on_a_dying_disk(const std::filesystem::path& directory) {
  ShadowDisk disk;
  ShadowCalls calls(disk, std::filesystem::canonical(directory), "payloads");
  const auto payloads = daemon::PayloadStore::open(directory / "payloads").value();
  calls.fail_syncs_of("payloads");
  static_cast<void>(payloads->write(as_bytes("a statement")));
  std::_Exit(0);
}

TEST(FailedSyncDeathTest, OfAPayloadsNameEndsTheProcessToo) {
  const TemporaryDirectory directory;
  EXPECT_EXIT(write_a_payload_on_a_dying_disk(directory.path()), KilledBySignal(SIGABRT),
              "a payload cannot be synced, so the daemon ends; .*payloads");
}

}  // namespace
}  // namespace chancery::testing
