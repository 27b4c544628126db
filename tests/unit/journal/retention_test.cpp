#include <gtest/gtest.h>

#include "daemon/journal/sqlite/database.h"
#include "tests/support/journal/damaged_pages.h"
#include "tests/support/journal/journal_calls.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

namespace sqlite = daemon::sqlite;
using daemon::RequestId;
using std::chrono::hours;

class Retention : public ::testing::Test {
 protected:
  RequestId done(daemon::Acceptance asked, WallTime at) {
    asked.accepted_at = at;
    asked.expires_at = at + hours(24);
    const RequestId id = accept(*journal_, asked)->id;
    sign(*journal_, id, entry_body(asked.idempotency_key)).value();
    finish(*journal_, id, "{}", at).value();
    return id;
  }
  // More than go at once.
  void fail_many() {
    for (int i = 0; i < 5000; ++i) {
      auto asked = acceptance(std::to_string(i));
      journal_->accept(asked, [this](const Result<daemon::Accepted>& accepted) {
        journal_->record_failed(accepted.value().id, unavailable("X", "x"), midday,
                                [](const Result<void>& failed) { failed.value(); });
      });
    }
  }
  bool is_known(RequestId id) { return journal_->find(id).value().has_value(); }
  std::int64_t rows_in(const std::string& table) {
    const auto reading =
        sqlite::Database::open(directory_ / "journal.db", sqlite::Access::read_only, {}).value();
    return reading->integer(("SELECT count(*) FROM " + table).c_str()).value();
  }
  TemporaryDirectory directory_;
  std::unique_ptr<daemon::Journal> journal_ = open_journal(directory_ / "journal.db");
};

TEST_F(Retention, ForgetsWhatFinishedBeforeWithAllItsRows) {
  auto statement = acceptance("statement");
  statement.payload = "{}";
  statement.subject_digests = {Bytes(32, 1), Bytes(32, 2)};
  const RequestId old = done(statement, midday);
  const RequestId young = done(acceptance("young"), midday + hours(100));
  done(acceptance("newest"), midday + hours(100));
  ASSERT_TRUE(journal_->forget_before(midday + hours(50)).ok());
  EXPECT_FALSE(is_known(old));
  EXPECT_TRUE(is_known(young));
  for (const char* table :
       {"requests", "signatures", "bundles", "request_keys", "request_digests"}) {
    EXPECT_EQ(rows_in(table), 2) << table;
  }
  for (const char* table : {"payloads", "subjects", "unfinished", "failures"}) {
    EXPECT_EQ(rows_in(table), 0) << table;
  }
  EXPECT_TRUE(journal_->find_by_digest(Bytes(32, 1), 10)->empty());
  EXPECT_FALSE(journal_->find_by_idempotency_key(1000, "default", "statement").value());
}

TEST_F(Retention, ForgetsWhatServicesElsewhereDidForIt) {
  auto request = acceptance("k");
  request.plan = "logs a\ntimestamps 0\n";
  const RequestId id = accept(*journal_, request)->id;
  sign(*journal_, id, entry_body("k")).value();
  record_trouble(*journal_, id, {"log:a", {}, unavailable("R", "m")}).value();
  record_step(*journal_, id, {"log:a", 2, 0, {1}}).value();
  finish(*journal_, id, "{}").value();
  done(acceptance("newest"), midday);
  ASSERT_TRUE(journal_->forget_before(midday + hours(1000)).ok());
  for (const char* table : {"remote_plans", "remote_steps", "remote_troubles"}) {
    EXPECT_EQ(rows_in(table), 0) << table;
  }
}

TEST_F(Retention, KeepsWhatIsUnfinishedHoweverOld) {
  const RequestId accepted = accept(*journal_, "accepted");
  const RequestId is_signed = accept(*journal_, "signed");
  ASSERT_TRUE(sign(*journal_, is_signed, entry_body("signed")).ok());
  done(acceptance("newest"), midday);
  ASSERT_TRUE(journal_->forget_before(midday + hours(1000)).ok());
  EXPECT_TRUE(is_known(accepted));
  EXPECT_TRUE(is_known(is_signed));
}

TEST_F(Retention, KeepsARequestWhileItsKeyMayComeAgain) {
  const RequestId id = done(acceptance("k"), midday);
  done(acceptance("newest"), midday);
  ASSERT_TRUE(journal_->forget_before(midday + hours(23)).ok());
  EXPECT_TRUE(is_known(id));
  ASSERT_TRUE(journal_->forget_before(midday + hours(25)).ok());
  EXPECT_FALSE(is_known(id));
}

TEST_F(Retention, NeverGivesAnIdTwice) {
  const RequestId last = done(acceptance("k"), midday);
  ASSERT_TRUE(journal_->forget_before(midday + hours(1000)).ok());
  journal_.reset();
  journal_ = open_journal(directory_ / "journal.db");
  EXPECT_GT(accept(*journal_, "next"), last);
}

TEST_F(Retention, OneRequestWithATimeFromAWrongClockDoesNotStopIt) {
  const RequestId wrong = done(acceptance("wrong"), midday + hours(100000));
  const RequestId old = done(acceptance("old"), midday);
  done(acceptance("newest"), midday);
  ASSERT_TRUE(journal_->forget_before(midday + hours(50)).ok());
  EXPECT_TRUE(is_known(wrong));
  EXPECT_FALSE(is_known(old));
}

TEST_F(Retention, NamesThePayloadFilesThatNoRequestNamesAnyMore) {
  auto one = acceptance("one");
  one.payload_file = sha256(as_bytes("shared"));
  auto two = acceptance("two");
  two.payload_file = one.payload_file;
  auto three = acceptance("three");
  three.payload_file = sha256(as_bytes("alone"));
  done(one, midday);
  done(three, midday);
  done(two, midday + hours(100));
  EXPECT_TRUE(journal_->names_payload_file(*one.payload_file).value());
  const auto files = journal_->forget_before(midday + hours(50)).value();
  EXPECT_EQ(files, std::vector<Sha256>{*three.payload_file});
  EXPECT_TRUE(journal_->names_payload_file(*one.payload_file).value());
  EXPECT_FALSE(journal_->names_payload_file(*three.payload_file).value());
}

TEST_F(Retention, ForgetsManyInSeveralCommits) {
  fail_many();
  const RequestId last = done(acceptance("last"), midday);
  ASSERT_TRUE(journal_->forget_before(midday + hours(1000)).ok());
  EXPECT_EQ(rows_in("requests"), 1);
  EXPECT_TRUE(is_known(last));
}

TEST_F(Retention, PassesOverADamagedOneWithThoseBesideIt) {
  auto wide = acceptance("wide");
  wide.payload = std::string(20000, 'M');
  const RequestId damaged = done(wide, midday);
  fail_many();
  done(acceptance("last"), midday);
  journal_.reset();
  journal_ = open_journal(directory_ / "journal.db");
  damage_pages(directory_ / "journal.db", 'M');
  const auto forgotten = journal_->forget_before(midday + hours(1000));
  ASSERT_TRUE(forgotten.ok()) << forgotten.error().message;
  EXPECT_EQ(rows_in("requests"), 4097);
  EXPECT_EQ(journal_->find(damaged).error().reason, "JOURNAL_DAMAGED");
}

}  // namespace
}  // namespace chancery::testing
