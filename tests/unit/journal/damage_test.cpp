#include <gmock/gmock.h>

#include <fstream>

#include "daemon/journal/sqlite/schema.h"
#include "tests/support/journal/damaged_pages.h"
#include "tests/support/journal/journal_calls.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

namespace sqlite = daemon::sqlite;
using ::testing::HasSubstr;

class Damage : public ::testing::Test {
 protected:
  // Twenty finished requests, and the same to come.
  Damage() {
    const auto journal = open_journal(path_);
    for (int i = 0; i < 20; ++i) {
      const std::string key = std::to_string(i);
      const auto id = accept(*journal, key);
      sign(*journal, id, entry_body(key)).value();
      finish(*journal, id, std::string(3000, 'b')).value();
    }
  }
  Error refusal() {
    const auto opened = daemon::Journal::open({.path = path_});
    return opened.ok() ? internal("OPENED", "opened") : opened.error();
  }
  void run(const char* sql) {
    sqlite::Database::open(path_, sqlite::Access::read_write_create, {}).value()->run(sql).value();
  }
  void overwrite(std::streamoff offset, const std::string& bytes) {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(offset);
    file << bytes;
  }
  TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_ / "journal.db";
};

TEST_F(Damage, HeaderIsNoticed) {
  overwrite(0, "not a database at all");
  EXPECT_EQ(refusal().reason, "JOURNAL_DAMAGED");
  EXPECT_EQ(refusal().code, ErrorCode::corrupt);
  EXPECT_THAT(refusal().message, HasSubstr(path_.string()));
}

// SQLite itself would make a new one of a file of one byte.
TEST_F(Damage, FileCutToItsFirstBytesIsToldWithWhatToDo) {
  const std::string whole = read_text(path_);
  for (const std::size_t bytes : {1U, 2U, 15U, 16U, 99U, 100U, 511U, 512U, 4095U, 4096U}) {
    write_text(path_, whole.substr(0, bytes));
    const Error error = refusal();
    EXPECT_EQ(error.reason, "JOURNAL_DAMAGED") << bytes << " bytes: " << error.message;
    EXPECT_THAT(error.message, HasSubstr("it is damaged"));
    EXPECT_THAT(error.message, HasSubstr("restore a backup into another (docs/backup.md)"));
  }
  write_text(path_, "x");
  EXPECT_THAT(refusal().message, HasSubstr(path_.string() + " has 1 byte"));
}

TEST_F(Damage, EachPageOfASmallJournalIsNoticed) {
  const auto pages = static_cast<std::streamoff>(std::filesystem::file_size(path_) / 4096);
  ASSERT_GT(pages, 20);
  const std::string whole = read_text(path_);
  int noticed = 0;
  for (std::streamoff page = 1; page < pages; ++page) {
    write_text(path_, whole);
    overwrite(page * 4096, std::string(4096, '\x5a'));
    if (refusal().reason == "JOURNAL_DAMAGED") ++noticed;
  }
  EXPECT_EQ(noticed, pages - 1);
}

TEST_F(Damage, CutFileIsNoticed) {
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) / 2);
  EXPECT_EQ(refusal().reason, "JOURNAL_DAMAGED");
}

TEST_F(Damage, GapInTheLogIsNoticed) {
  run("DELETE FROM log_entries WHERE idx = 7");
  EXPECT_EQ(refusal().reason, "JOURNAL_DAMAGED");
  EXPECT_THAT(refusal().message, HasSubstr("gap"));
}

TEST_F(Damage, LogThatBeginsBeyondWhatTheFilesHaveIsNoticed) {
  run("DELETE FROM log_entries WHERE idx < 3");
  EXPECT_THAT(refusal().message, HasSubstr("gap"));
}

TEST_F(Damage, SignatureBeyondTheLogIsNoticed) {
  run("DELETE FROM log_entries WHERE idx = 19");
  EXPECT_EQ(refusal().reason, "JOURNAL_DAMAGED");
  EXPECT_THAT(refusal().message, HasSubstr("beyond its log"));
}

TEST_F(Damage, DirectoryInItsPlaceIsSaidToBeUnreadable) {
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  EXPECT_EQ(refusal().reason, "JOURNAL_UNREADABLE");
}

TEST_F(Damage, BundleThatCannotBeReadIsAnErrorOfThatReadAlone) {
  const auto journal = open_journal(path_);
  run("UPDATE requests SET digest_algorithm = 'md5' WHERE id = 3");
  EXPECT_EQ(journal->find(3).error().reason, "JOURNAL_DAMAGED");
  EXPECT_TRUE(journal->find(4).ok());
}

TEST_F(Damage, PageThatIsDamagedLaterIsToldByWhoeverReadsIt) {
  std::vector<Error> told;
  daemon::JournalOptions options{.path = path_};
  options.on_damage = [&told](const Error& damage) { told.push_back(damage); };
  const auto journal = open_journal(std::move(options));
  ASSERT_FALSE(journal->find(99).value());
  EXPECT_TRUE(told.empty());
  const auto bytes = static_cast<std::size_t>(std::filesystem::file_size(path_));
  overwrite(4096, std::string(bytes - 4096, '\x5a'));
  const auto found = journal->find(3);
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, ErrorCode::corrupt);
  EXPECT_EQ(found.error().reason, "JOURNAL_DAMAGED");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told[0].message, HasSubstr(path_.string()));
}

// Its row lies on pages of its own, which are damaged while the journal is open.
// Whoever asks how the daemon is reads no statements: they may be many, and large.
TEST_F(Damage, WhatIsUnfinishedIsListedWithoutItsPayload) {
  daemon::Acceptance statement = acceptance("statement");
  statement.kind = daemon::RequestKind::statement;
  statement.payload = std::string(20000, 'P');
  {
    const auto journal = open_journal(path_);
    sign(*journal, accept(*journal, statement).value().id, entry_body("statement")).value();
  }
  const auto journal = open_journal(path_);
  EXPECT_EQ(journal->unreleased(10)->at(0).acceptance.payload, statement.payload);
  damage_pages(path_, 'P');
  const auto listed = journal->unfinished(10);
  ASSERT_TRUE(listed.ok()) << listed.error().message;
  EXPECT_EQ(listed->at(0).acceptance.payload, "");
  EXPECT_EQ(journal->unreleased(10).error().reason, "JOURNAL_DAMAGED");
}

class DamagedRequest : public Damage {
 protected:
  DamagedRequest() {
    {
      const auto journal = open_journal(path_);
      const auto id = accept(*journal, wide_).value().id;
      sign(*journal, id, entry_body("wide")).value();
      finish(*journal, id, "{}").value();
    }
    daemon::JournalOptions options{.path = path_};
    options.on_damage = [this](const Error& damage) { told_.push_back(damage); };
    journal_ = open_journal(std::move(options));
    damage_pages(path_, 'M');
  }
  static daemon::Acceptance wide_acceptance() {
    daemon::Acceptance out = acceptance("wide");
    out.artifact = std::string(20000, 'M');
    return out;
  }
  // While `post` runs nothing is committed: what it posts is one batch.
  void in_one_batch(const std::function<void()>& post) {
    // Shared: the writer may still be inside when we have gone on.
    const auto held = std::make_shared<std::promise<void>>();
    const auto reached = std::make_shared<std::promise<void>>();
    journal_->record_refusal({}, [reached, go_on = held->get_future().share()](const auto&) {
      reached->set_value();
      go_on.wait();
    });
    reached->get_future().wait();
    post();
    held->set_value();
  }
  const daemon::Acceptance wide_ = wide_acceptance();
  std::vector<Error> told_;  // on the writer's thread; read after its answers
  std::unique_ptr<daemon::Journal> journal_;
};

TEST_F(DamagedRequest, IsRefusedAloneAndItsBatchIsCommitted) {
  Answer<daemon::Accepted> before, damaged, again, after;
  in_one_batch([&] {
    journal_->accept(acceptance("before"), before.done());
    journal_->accept(wide_, damaged.done());
    journal_->accept(wide_, again.done());
    journal_->accept(acceptance("after"), after.done());
  });
  const daemon::RequestId one = before.get().value().id, two = after.get().value().id;
  for (const Error& refused : {damaged.get().error(), again.get().error()}) {
    EXPECT_EQ(refused.code, ErrorCode::corrupt);
    EXPECT_EQ(refused.reason, "JOURNAL_DAMAGED");
    EXPECT_THAT(refused.message, HasSubstr("restore a backup into another (docs/backup.md)"));
  }
  ASSERT_EQ(told_.size(), 2U);
  EXPECT_THAT(told_[0].message, HasSubstr(path_.string()));
  EXPECT_EQ(journal_->find(one).value()->acceptance.idempotency_key, "before");
  EXPECT_EQ(journal_->find(two).value()->acceptance.idempotency_key, "after");
  EXPECT_EQ(sign(*journal_, two, entry_body("after"))->log_index, 21U);
}

// Or a journal that refuses all it is given would seem to hang.
TEST_F(DamagedRequest, IsAnsweredThoughNothingIsCommitted) {
  const daemon::JournalCounts before = journal_->counts();
  ASSERT_FALSE(accept(*journal_, wide_).ok());
  const daemon::JournalCounts after = journal_->counts();
  EXPECT_EQ(after.commits, before.commits);
  EXPECT_EQ(after.answered, before.answered + 1);
  ASSERT_TRUE(accept(*journal_, acceptance("sound")).ok());
  EXPECT_EQ(journal_->counts().answered, before.answered + 2);
}

// What was taken back with the damaged one's batch is there once.
TEST_F(DamagedRequest, TakesNoPlaceInTheLogFromItsBatch) {
  const auto one = accept(*journal_, "one"), two = accept(*journal_, "two");
  Answer<daemon::Placed> first, second;
  Answer<daemon::Accepted> damaged;
  in_one_batch([&] {
    journal_->record_signed(one, {1}, "spki", "body of one", false, first.done());
    journal_->accept(wide_, damaged.done());
    journal_->record_signed(two, {1}, "spki", "body of two", false, second.done());
  });
  EXPECT_EQ(first.get()->log_index, 21U);
  EXPECT_EQ(damaged.get().error().reason, "JOURNAL_DAMAGED");
  EXPECT_EQ(second.get()->log_index, 22U);
  EXPECT_EQ(journal_->log_entries(0, 100)->size(), 23U);
  journal_.reset();
  const auto audit = sqlite::Database::open(path_, sqlite::Access::read_write_create, {}).value();
  EXPECT_EQ(audit->integer("SELECT max(number) - count(*) - min(number) + 1 FROM audit").value(),
            0);
}

TEST_F(Damage, DiskThatDoesNotReadIsDamage) {
  const auto database = sqlite::Database::open(path_, sqlite::Access::read_only, {}).value();
  EXPECT_EQ(database->fail(SQLITE_IOERR_READ, "look").code, ErrorCode::corrupt);
  EXPECT_EQ(database->fail(SQLITE_IOERR_WRITE, "look").code, ErrorCode::unavailable);
}

TEST_F(Damage, ChangedByteInABundleIsNoticedAndNothingOfItIsRead) {
  std::string whole = read_text(path_);
  for (std::size_t at = 0; (at = whole.find("bbbb", at)) != std::string::npos; at += 3000) {
    whole[at] = 'B';  // also where SQLite left an old copy
  }
  write_text(path_, whole);
  const auto journal = open_journal(path_);
  for (daemon::RequestId id = 1; id <= 20; ++id) {
    const daemon::StoredRequest stored = *journal->find(id).value();
    EXPECT_EQ(stored.state, daemon::RequestState::done);
    EXPECT_TRUE(stored.is_bundle_damaged);
    EXPECT_EQ(stored.bundle, "");
  }
}

TEST_F(Damage, BundleFromBeforeHashesWereArchivedIsReadAsItIs) {
  {
    const std::filesystem::path older = directory_ / "older.db";
    const auto old = sqlite::Database::open(older, sqlite::Access::read_write_create, {}).value();
    ASSERT_TRUE(sqlite::migrate(*old, sqlite::migrations().first(7)).ok());
    ASSERT_TRUE(old->run(("ATTACH '" + path_.string() +
                          "' AS now; INSERT INTO requests SELECT * FROM now.requests;"
                          "INSERT INTO bundles SELECT id, finished_at, bundle FROM now.bundles")
                             .c_str())
                    .ok());
  }
  const auto journal = open_journal(directory_ / "older.db");
  EXPECT_EQ(journal->find(3).value()->bundle, std::string(3000, 'b'));
  EXPECT_FALSE(journal->find(3).value()->is_bundle_damaged);
}

}  // namespace
}  // namespace chancery::testing
