// A log that is taken up again believes its files only as far as they agree with its journal.
#include <gtest/gtest.h>

#include <atomic>

#include "daemon/local_log/local_log.h"
#include "tests/support/journal/hooked_files.h"
#include "tests/support/journal/journal_calls.h"
#include "tests/support/journal/log_host.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

namespace fs = std::filesystem;

class Opening : public ::testing::Test {
 protected:
  void grow(std::uint64_t count) {
    ASSERT_TRUE(host_.open().ok());
    host_.append(count);
    host_.close();
  }
  std::string reason() {
    const Result<void> opened = host_.open();
    host_.close();
    return opened.ok() ? "" : opened.error().reason;
  }
  fs::path log(const std::string& path) const { return directory_ / ("log/" + path); }
  void copy(const std::string& from, const std::string& to) {
    fs::remove_all(directory_ / to);
    fs::copy(directory_ / from, directory_ / to, fs::copy_options::recursive);
  }
  void remove_journal() {
    for (const char* name : {"journal.db", "journal.db-wal", "journal.db-shm"}) {
      fs::remove(directory_ / name);
    }
  }
  void flip(const std::string& path, std::size_t at) {
    std::string content = read_text(log(path));
    content.at(at) = static_cast<char>(content.at(at) ^ 1);
    write_text(log(path), content);
  }

  TemporaryDirectory directory_;
  LogHost host_{directory_.path()};
};

TEST_F(Opening, AJournalFromAnOlderBackupMustNotForkTheLog) {
  ASSERT_TRUE(host_.open().ok());
  host_.append(5);
  ASSERT_TRUE(host_.journal().copy_to(directory_ / "older.db").ok());
  host_.append(1);
  host_.close();
  remove_journal();
  copy("older.db", "journal.db");
  const Error error = host_.open().error();
  EXPECT_EQ(error.reason, "LOG_AHEAD_OF_JOURNAL");
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_NE(error.message.find("Restore the journal"), std::string::npos) << error.message;
  // Nor may a new journal take it up.
  remove_journal();
  EXPECT_EQ(reason(), "LOG_AHEAD_OF_JOURNAL");
}

TEST_F(Opening, ATreeStateAloneAheadOfTheJournalIsEnoughToRefuse) {
  grow(5);
  write_text(log(".state/treeState"),
             R"({"size":6,"root":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="})");
  EXPECT_EQ(reason(), "LOG_AHEAD_OF_JOURNAL");
}

TEST_F(Opening, FilesFromAnOlderBackupAreRefused) {
  grow(300);
  copy("log", "older");
  grow(1);
  copy("older", "log");
  EXPECT_EQ(reason(), "LOG_BEHIND_JOURNAL");
  fs::remove_all(directory_ / "log");
  EXPECT_EQ(reason(), "LOG_BEHIND_JOURNAL");
}

TEST_F(Opening, FilesThatWereNeverWrittenAreRebuiltFromTheJournal) {
  ASSERT_TRUE(host_.open().ok());
  host_.key_host.fail_with(unavailable("KEY_HOST_DOWN", "down"));
  host_.append(300);
  host_.close();  // nothing could be signed, so nothing was published
  host_.key_host.fail_with(std::nullopt);
  fs::remove_all(directory_ / "log");
  ASSERT_TRUE(host_.open().ok());
  EXPECT_TRUE(host_.check(host_.inclusion(299).value()).ok());
  host_.wait_until_published();
  EXPECT_EQ(host_.check_files()->size, 300U);
}

TEST_F(Opening, FilesThatTheJournalDoesNotKnowToBeThereAreTakenUp) {
  std::atomic<bool> is_full = false;
  host_.options.open_files = [&] {
    const FileHook hook = [&](std::string_view operation, const std::string&) {
      if (operation != "write" || !is_full) return Result<void>();
      return Result<void>(unavailable("FILE_DISK_FULL", "no room"));
    };
    return Result(hooked_files(daemon::Files::open(log("")).value(), hook));
  };
  ASSERT_TRUE(host_.open().ok());
  is_full = true;
  host_.append(5);
  ASSERT_TRUE(host_.journal().copy_to(directory_ / "before.db").ok());
  is_full = false;
  host_.close();
  ASSERT_EQ(host_.check_files()->size, 5U);
  // As if the process had ended when the files were there and before the journal was told.
  remove_journal();
  copy("before.db", "journal.db");
  ASSERT_TRUE(host_.open().ok());
  host_.wait_until_published();
  EXPECT_EQ(host_.journal().projection()->size, 5U);
  host_.close();  // it asks whether the disk is full to the last
}

TEST_F(Opening, AnotherLogOfTheSameSizeContradictsTheJournal) {
  grow(300);
  TemporaryDirectory other_directory;
  LogHost other(other_directory.path());
  ASSERT_TRUE(other.open().ok());
  other.close();
  // The same name and key, other entries: what a forked log would look like.
  remove_journal();
  fs::rename(directory_ / "log", directory_ / "first");
  ASSERT_TRUE(host_.open().ok());
  host_.append(1);
  const daemon::RequestId id = accept(host_.journal(), acceptance("another")).value().id;
  ASSERT_TRUE(sign(host_.journal(), id, "another body").ok());
  host_.append(298);
  host_.close();
  copy("first", "log");
  EXPECT_EQ(reason(), "LOG_CONTRADICTS_JOURNAL");
}

TEST_F(Opening, ACheckpointOfAnotherTreeOnTheWayContradictsTheJournal) {
  grow(2);
  copy("log", "early");
  remove_journal();
  fs::remove_all(directory_ / "log");
  ASSERT_TRUE(host_.open().ok());
  const daemon::RequestId id = accept(host_.journal(), acceptance("another")).value().id;
  ASSERT_TRUE(sign(host_.journal(), id, "another body").ok());
  host_.append(9);
  host_.close();
  copy("early/checkpoint", "log/checkpoint");
  EXPECT_EQ(reason(), "LOG_CONTRADICTS_JOURNAL");
}

TEST_F(Opening, AnOlderCheckpointOfTheSameTreeIsNoContradiction) {
  grow(300);
  copy("log/checkpoint", "older");
  grow(300);
  copy("older", "log/checkpoint");
  EXPECT_EQ(reason(), "");
  EXPECT_EQ(host_.check_files()->size, 600U);
}

TEST_F(Opening, EachDamagedFileIsNoticed) {
  grow(300);
  copy("log", "good");
  const auto with = [&](const std::function<void()>& damage) {
    copy("good", "log");
    damage();
    return reason();
  };
  EXPECT_EQ(with([] {}), "");
  EXPECT_EQ(with([&] { flip("checkpoint", 0); }), "LOG_DAMAGED");
  EXPECT_EQ(with([&] { flip("checkpoint", 40); }), "LOG_DAMAGED");
  EXPECT_EQ(with([&] { write_text(log("checkpoint"), ""); }), "LOG_DAMAGED");
  EXPECT_EQ(with([&] { write_text(log("checkpoint"), std::string(1 << 20, 'x')); }), "LOG_DAMAGED");
  EXPECT_EQ(with([&] { fs::remove(log("checkpoint")); }), "LOG_DAMAGED");
  EXPECT_EQ(with([&] { flip("tile/0/001.p/44", 31); }), "LOG_DAMAGED");
  EXPECT_EQ(with([&] { fs::resize_file(log("tile/0/001.p/44"), 44 * 32 - 1); }), "LOG_DAMAGED");
  EXPECT_EQ(with([&] { fs::remove(log("tile/1/000.p/1")); }), "LOG_DAMAGED");
  EXPECT_EQ(with([&] { flip("tile/entries/001.p/44", 5); }), "LOG_DAMAGED");
  EXPECT_EQ(with([&] { fs::remove(log("tile/entries/001.p/44")); }), "LOG_DAMAGED");
  for (const char* text : {"", "{", "[]", R"({"size":300})", R"({"size":-1,"root":""})",
                           R"({"size":300,"root":"AAAA"})", R"({"size":"300","root":""})"}) {
    EXPECT_EQ(with([&] { write_text(log(".state/treeState"), text); }), "LOG_DAMAGED") << text;
  }
  EXPECT_EQ(with([&] { write_text(log(".state/gcState"), "x"); }), "LOG_DAMAGED");
}

TEST_F(Opening, ANewerLayoutIsLeftAlone) {
  grow(1);
  write_text(log(".state/version"), "2");
  EXPECT_EQ(reason(), "LOG_LAYOUT_UNKNOWN");
}

TEST_F(Opening, ALockedLogIsLeftAlone) {
  grow(1);
  const auto files = daemon::Files::open(directory_ / "log").value();
  for (const char* path : {".state/treeState.lock", ".state/publish.lock"}) {
    const auto lock = files->lock(path).value();
    EXPECT_EQ(reason(), "LOG_LOCKED") << path;
  }
  EXPECT_EQ(reason(), "");
}

TEST_F(Opening, OriginAndKeyAreSetOnce) {
  grow(1);
  host_.options.origin = "other.example";
  EXPECT_EQ(reason(), "LOG_ORIGIN_CHANGED");
  host_.options.origin = "log.example";
  const auto deadline = Deadline::after(std::chrono::seconds(60));
  ASSERT_TRUE(host_.key_host.make_key("another", Algorithm::ed25519, deadline).ok());
  host_.options.key_name = "another";
  EXPECT_EQ(reason(), "LOG_KEY_CHANGED");
  host_.options.key_name = "none";
  EXPECT_EQ(reason(), "LOG_KEY_MISSING");
  ASSERT_TRUE(host_.key_host.make_key("ecdsa", Algorithm::ecdsa_p256_sha256, deadline).ok());
  host_.options.key_name = "ecdsa";
  EXPECT_EQ(reason(), "LOG_KEY_UNFIT");
  host_.options.key_name = "log";
  EXPECT_EQ(reason(), "");
}

TEST_F(Opening, AnOriginThatNoSignatureLineCanCarryIsRefused) {
  host_.options.origin = "log example";
  EXPECT_EQ(reason(), "NOTE_KEY_NAME_INVALID");
  host_.options.origin = "log.example";
  EXPECT_EQ(reason(), "") << "the bad one must not have been set";
}

TEST_F(Opening, AKeyHostThatIsDownDelaysOnlyAnOldLog) {
  host_.key_host.set_up(false);
  EXPECT_EQ(reason(), "LOG_KEY_MISSING");
  host_.key_host.set_up(true);
  grow(3);
  host_.key_host.set_up(false);
  ASSERT_TRUE(host_.open().ok());
  EXPECT_TRUE(host_.check(host_.inclusion(2).value()).ok());
  host_.append(1);
  auto waiting = host_.await(3);
  host_.key_host.set_up(true);
  EXPECT_TRUE(host_.check(waiting.get().value()).ok());
}

}  // namespace
}  // namespace chancery::testing
