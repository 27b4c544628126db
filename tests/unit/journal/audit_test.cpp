#include "core/audit/check.h"

#include <gmock/gmock.h>

#include "core/base/json.h"
#include "daemon/journal/sqlite/database.h"
#include "tests/support/journal/journal_calls.h"
#include "tests/support/private_key.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

namespace sqlite = daemon::sqlite;
using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Audit : public ::testing::Test {
 protected:
  Audit() { open(); }

  void open() {
    journal_.reset();
    daemon::JournalOptions options;
    options.path = directory_ / "journal.db";
    options.log_room_bytes = 0;
    options.now = [this] { return now_.load(); };
    journal_ = open_journal(std::move(options));
  }
  std::string refusal_to_open() {
    const auto opened = daemon::Journal::open({.path = directory_ / "journal.db"});
    return opened.ok() ? "opened" : opened.error().reason;
  }
  // As somebody does who can write to the disk.
  void tamper(const char* sql) {
    journal_.reset();
    const auto database =
        sqlite::Database::open(directory_ / "journal.db", sqlite::Access::read_write_create, {})
            .value();
    database->run("DROP TRIGGER audit_is_never_changed").value();
    database->run(sql).value();
  }
  std::vector<daemon::AuditRow> rows() {
    return journal_->read_audit().value()->rows(0, 1000).value();
  }
  std::vector<std::string> events() {
    std::vector<std::string> out;
    for (const daemon::AuditRow& row : rows()) {
      const Json record = parse_json(row.record, "record").value();
      out.push_back(record["event"].get<std::string>());
    }
    return out;
  }
  void seal() {
    const audit::Head head = journal_->read_audit().value()->head().value();
    const std::string text = tlog::checkpoint_text({"log/audit", head.size, head.link, {}});
    const tlog::Note note{text, {{"log/audit", key_name_.short_id(), key_.sign(as_bytes(text))}}};
    journal_->record_audit_head(head.size, tlog::write_note(note)).value();
  }
  audit::CheckReport check() {
    const auto reader = journal_->read_audit().value();
    audit::Check check({key_name_, /*is_whole=*/true});
    const audit::Head start = reader->start().value();
    check.add(audit::Line(audit::TitleLine{"log/audit"}));
    check.add(audit::Line(audit::StartLine{start.size, start.link}));
    std::uint64_t last = start.size;
    for (const daemon::AuditRow& row : rows()) {
      check.add(audit::Line(audit::RecordLine{row.link, row.record}));
      last = row.number;
      const auto heads = reader->heads(row.number, 1).value();
      if (heads.empty() || heads[0].size != row.number) continue;
      check.add(audit::Line(audit::HeadLine{heads[0].note}));
    }
    check.add(audit::Line(audit::EndLine{last}));
    return check.finish();
  }

  TemporaryDirectory directory_;
  std::atomic<WallTime> now_ = midday;
  const PrivateKey key_ = PrivateKey::make(Algorithm::ed25519);
  const tlog::NoteKey key_name_ =
      tlog::NoteKey::make("log/audit", PublicKey::from_spki(key_.spki()).value()).value();
  std::unique_ptr<daemon::Journal> journal_;
};

TEST_F(Audit, EveryDecisionAndOutcomeIsARecord) {
  const auto id = accept(*journal_, "signed");
  sign(*journal_, id, entry_body("signed")).value();
  finish(*journal_, id, "{}").value();
  fail(*journal_, accept(*journal_, "fails"), unavailable("KEY_HOST_DOWN", "down")).value();
  refuse(*journal_, {.uid = 1001, .reason = "NO_RULE"}).value();
  journal_->record_refusals({.uid = 1001, .count = 7, .reasons = {{"NO_RULE", 7}}}).value();
  journal_->record_act({.method = "Keys.Stop", .outcome = "done"}).value();
  EXPECT_THAT(events(), ElementsAre("opened", "allowed", "signed", "done", "allowed", "failed",
                                    "refused", "refused-many", "act"));
  EXPECT_TRUE(check().holds());
}

TEST_F(Audit, ARequestsRecordsNameItByItsReceipt) {
  const auto id = accept(*journal_, "k");
  sign(*journal_, id, entry_body("k")).value();
  const auto all = rows();
  const Json allowed = parse_json(all[1].record, "record").value();
  EXPECT_EQ(allowed["receipt"], journal_->receipts().receipt_for(id));
  EXPECT_EQ(allowed["rule"], "builders");
  EXPECT_EQ(allowed["key"], "signing");
  EXPECT_EQ(allowed["at"], midday.time_since_epoch().count());
  const Json is_signed = parse_json(all[2].record, "record").value();
  EXPECT_EQ(is_signed["receipt"], allowed["receipt"]);
  EXPECT_EQ(is_signed["log_index"], 0);
}

TEST_F(Audit, WhatServicesElsewhereAnsweredIsARecordInTheSameCommit) {
  const auto id = accept(*journal_, "k");
  sign(*journal_, id, entry_body("k")).value();
  record_step(*journal_, id, {"timestamp:first", 1, 0, {1}, daemon::Stamped{midday}}).value();
  record_step(*journal_, id, {"log:public", 1, 0, {}}).value();
  record_step(*journal_, id, {"log:public", 1, 0, {1}, daemon::Recorded{{7}, 42, {}, "added"}})
      .value();
  EXPECT_THAT(events(), ElementsAre("opened", "allowed", "signed", "timestamped", "recorded"));
  const auto all = rows();
  const Json stamped = parse_json(all[3].record, "record").value();
  EXPECT_EQ(stamped["destination"], "timestamp:first");
  EXPECT_EQ(stamped["time"], midday.time_since_epoch().count());
  EXPECT_EQ(stamped["receipt"], journal_->receipts().receipt_for(id));
  const Json recorded = parse_json(all[4].record, "record").value();
  EXPECT_EQ(recorded["destination"], "log:public");
  EXPECT_EQ(recorded["log_index"], 42);
  EXPECT_EQ(recorded["receipt"], stamped["receipt"]);
}

TEST_F(Audit, ATroubleElsewhereIsToldOnceOfEachKindAndDestination) {
  const auto id = accept(*journal_, "k");
  sign(*journal_, id, entry_body("k")).value();
  const auto tell = [&](const std::string& destination, audit::TroubleKind kind) {
    record_trouble(*journal_, id, {destination, kind, unavailable("R", "m")}).value();
  };
  for (const int run : {1, 2}) {
    SCOPED_TRACE(run);
    tell("log:a", audit::TroubleKind::in_doubt);
    tell("log:a", audit::TroubleKind::in_doubt);
    tell("log:a", audit::TroubleKind::refused);
    tell("log:a", audit::TroubleKind::alarm);
    tell("log:b", audit::TroubleKind::alarm);
    if (run == 1) open();
  }
  EXPECT_THAT(events(), ElementsAre("opened", "allowed", "signed", "in-doubt", "log-refused",
                                    "alarm", "alarm", "opened"));
  EXPECT_THAT(rows()[3].record, HasSubstr("\"destination\":\"log:a\",\"reason\":\"R\""));
  EXPECT_TRUE(check().holds());
}

TEST_F(Audit, EveryoneWhoAskedIsNamedWithWhereTheyCameFrom) {
  const daemon::Origin origin{"build.service", "0123", "cafe", "/usr/bin/chancery"};
  daemon::Acceptance accepted = acceptance("k");
  accepted.origin = origin;
  accept(*journal_, accepted).value();
  refuse(*journal_, {.uid = 1001, .origin = origin, .reason = "NO_RULE"}).value();
  journal_->record_act({.origin = origin, .method = "Keys.Stop", .outcome = "done"}).value();
  const auto all = rows();
  ASSERT_EQ(all.size(), 4U);
  for (std::size_t i = 1; i < all.size(); ++i) {
    const Json record = parse_json(all[i].record, "record").value();
    EXPECT_EQ(record["unit"], "build.service");
    EXPECT_EQ(record["invocation"], "0123");
    EXPECT_EQ(record["container"], "cafe");
    EXPECT_EQ(record["executable"], "/usr/bin/chancery");
  }
}

TEST_F(Audit, ARequestThatIsAskedForAgainIsNoNewDecision) {
  accept(*journal_, "k");
  accept(*journal_, acceptance("k")).value();
  EXPECT_THAT(events(), ElementsAre("opened", "allowed"));
}

TEST_F(Audit, ARefusedStepLeavesNoRecord) {
  EXPECT_FALSE(sign(*journal_, 99, entry_body("99")).ok());
  EXPECT_FALSE(finish(*journal_, 99, "{}").ok());
  EXPECT_FALSE(record_step(*journal_, 99, {"timestamp:first", 1, 0, {1}, daemon::Stamped{}}).ok());
  EXPECT_FALSE(record_trouble(*journal_, 99, {"log:a", {}, unavailable("R", "m")}).ok());
  EXPECT_THAT(events(), ElementsAre("opened"));
}

TEST_F(Audit, GoesOnAfterARestartAndTellsWhatTheStopMadeFail) {
  accept(*journal_, "k");
  open();
  EXPECT_THAT(events(), ElementsAre("opened", "allowed", "opened", "failed"));
  EXPECT_THAT(rows().back().record, HasSubstr("DAEMON_STOPPED"));
  EXPECT_TRUE(check().holds());
}

TEST_F(Audit, AMessageIsCutBetweenCharacters) {
  const std::string message = std::string(1023, 'x') + "\u20ac";
  refuse(*journal_, {.reason = "R", .message = message}).value();
  EXPECT_THAT(rows().back().record, HasSubstr(std::string(1023, 'x') + "\"}"));
}

TEST_F(Audit, IsNeverChangedByOurOwnHand) {
  const auto database =
      sqlite::Database::open(directory_ / "journal.db", sqlite::Access::read_write_create, {})
          .value();
  EXPECT_FALSE(database->run("UPDATE audit SET record = 'x' WHERE number = 1").ok());
}

TEST_F(Audit, ForgetsWholeSealedRangesAndKeepsTheirHeads) {
  accept(*journal_, "old");
  seal();
  accept(*journal_, "old too");
  seal();
  now_ = midday + hours(10);
  accept(*journal_, "young");
  seal();
  accept(*journal_, "not sealed");
  journal_->forget_audit_before(midday + hours(5)).value();
  EXPECT_EQ(rows().front().number, 4U);
  EXPECT_THAT(rows().back().record, HasSubstr("\"forgotten\",\"last\":3"));
  EXPECT_EQ(journal_->read_audit().value()->heads(0, 10)->size(), 3U);
  EXPECT_TRUE(check().holds());
  const std::size_t left = rows().size();
  journal_->forget_audit_before(midday + hours(5)).value();
  EXPECT_EQ(rows().size(), left);
  open();
  EXPECT_TRUE(check().holds());
}

TEST_F(Audit, KeepsWhatNoHeadCovers) {
  accept(*journal_, "k");
  journal_->forget_audit_before(midday + hours(5)).value();
  EXPECT_THAT(events(), ElementsAre("opened", "allowed"));
}

TEST_F(Audit, StartIsRefusedWhereTheEndWasCutOff) {
  accept(*journal_, "k");
  seal();
  tamper("DELETE FROM audit WHERE number = 2");
  EXPECT_EQ(refusal_to_open(), "AUDIT_CONTRADICTS_HEAD");
}

TEST_F(Audit, StartIsRefusedWhereTheSealedEndIsAnother) {
  accept(*journal_, "k");
  seal();
  tamper("UPDATE audit SET link = zeroblob(32) WHERE number = 2");
  EXPECT_EQ(refusal_to_open(), "AUDIT_CONTRADICTS_HEAD");
}

TEST_F(Audit, AnEditedRecordIsFoundByTheCheck) {
  refuse(*journal_, {.uid = 1001, .reason = "NO_RULE"}).value();
  accept(*journal_, "k");
  seal();
  tamper("UPDATE audit SET record = replace(record, '1001', '1000') WHERE number = 2");
  open();
  const audit::CheckReport report = check();
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].reason, "AUDIT_RECORD_EDITED");
  EXPECT_THAT(report.findings[0].message, HasSubstr("record 2"));
}

}  // namespace
}  // namespace chancery::testing
