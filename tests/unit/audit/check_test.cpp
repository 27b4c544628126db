// Each way to tamper with an audit, and what the verifier says of it.
#include "core/audit/check.h"

#include <gmock/gmock.h>

#include "core/audit/record.h"
#include "tests/support/private_key.h"

namespace chancery::audit {
namespace {

using chancery::testing::PrivateKey;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr WallTime noon{std::chrono::seconds(1'800'000'000)};

class AuditCheck : public ::testing::Test {
 protected:
  using Lines = std::vector<Line>;

  // Ten records, heads over four and eight of them.
  AuditCheck() {
    lines_.push_back(TitleLine{"log.example/audit"});
    lines_.push_back(StartLine{});
    for (std::uint64_t number = 1; number <= 10; ++number) {
      const std::string receipt = "r-" + std::to_string(number);
      add(write_record(number, noon, Done{receipt}));
      if (number % 4 == 0) lines_.push_back(head_of(key_));
    }
    lines_.push_back(EndLine{10});
  }

  void add(std::string record) {
    here_ = {here_.size + 1, next_link(here_.link, record)};
    lines_.push_back(RecordLine{here_.link, std::move(record)});
  }

  HeadLine head_of(const PrivateKey& key) const {
    const tlog::NoteKey note_key =
        tlog::NoteKey::make("log.example/audit", PublicKey::from_spki(key.spki()).value()).value();
    const std::string text =
        tlog::checkpoint_text({"log.example/audit", here_.size, here_.link, {}});
    const tlog::Note note{text,
                          {{"log.example/audit", note_key.short_id(), key.sign(as_bytes(text))}}};
    return {tlog::write_note(note)};
  }

  // Of record `number`, where nothing was taken out before it.
  std::size_t place_of(std::uint64_t number) const {
    std::uint64_t seen = 0;
    for (std::size_t at = 0; at < lines_.size(); ++at) {
      if (std::holds_alternative<RecordLine>(lines_[at]) && ++seen == number) return at;
    }
    return 0;
  }
  RecordLine& record(std::uint64_t number) {
    return std::get<RecordLine>(lines_[place_of(number)]);
  }
  void drop(std::uint64_t number) {
    lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(place_of(number)));
  }
  // As somebody would who knows how the chain is made.
  void link_again() {
    Link link = first_link;
    for (Line& line : lines_) {
      if (auto* const one = std::get_if<RecordLine>(&line)) {
        link = one->link = next_link(link, one->record);
      }
    }
  }

  CheckReport check(std::optional<Head> known = {}) {
    Check check({public_key_, /*is_whole=*/true, known});
    for (const Line& line : lines_) check.add(line);
    return check.finish();
  }
  std::vector<std::string> findings(std::optional<Head> known = {}) {
    std::vector<std::string> out;
    for (const Finding& finding : check(known).findings) {
      out.push_back(finding.reason + ": " + finding.message);
    }
    return out;
  }

  const PrivateKey key_ = PrivateKey::make(Algorithm::ed25519);
  const tlog::NoteKey public_key_ =
      tlog::NoteKey::make("log.example/audit", PublicKey::from_spki(key_.spki()).value()).value();
  Head here_;
  Lines lines_;
};

TEST_F(AuditCheck, UntouchedAuditHolds) {
  const CheckReport report = check();
  EXPECT_TRUE(report.holds());
  EXPECT_EQ(report.first, 1U);
  EXPECT_EQ(report.last, 10U);
  EXPECT_EQ(report.heads, 2U);
  EXPECT_EQ(report.newest_head.size, 8U);
}

TEST_F(AuditCheck, EditedRecordIsNamed) {
  record(6).record.replace(record(6).record.find("r-6"), 3, "r-9");
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("EDITED: record 6 is not what its link covers")));
}

TEST_F(AuditCheck, EditedRecordWithNewLinksContradictsTheNextHead) {
  record(6).record.replace(record(6).record.find("r-6"), 3, "r-9");
  link_again();
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("HEAD_CONTRADICTED: the signed head over 8 records "
                                                "does not fit what is here: records 5 to 8")));
}

TEST_F(AuditCheck, DroppedRecordIsNamed) {
  drop(6);
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("MISSING: record 6 is missing")));
}

TEST_F(AuditCheck, SeveralDroppedRecordsAreNamed) {
  drop(7);
  drop(6);
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("records 6 to 7 are missing")));
}

TEST_F(AuditCheck, DroppedRecordWithNewLinksAndNumbersContradictsTheHead) {
  drop(6);
  std::uint64_t number = 0;
  for (Line& line : lines_) {
    if (auto* const one = std::get_if<RecordLine>(&line)) {
      one->record = write_record(++number, noon, Done{"r"});
    }
  }
  link_again();
  std::get<EndLine>(lines_.back()).number = 9;
  EXPECT_THAT(findings(), ::testing::Contains(HasSubstr("HEAD_CONTRADICTED")));
}

TEST_F(AuditCheck, RecordsThatChangedPlacesAreNamed) {
  std::swap(record(6), record(7));
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("record 6 is missing"),
                                      HasSubstr("OUT_OF_ORDER: record 6 stands after record 7")));
}

TEST_F(AuditCheck, DoubledRecordIsNamed) {
  const RecordLine again = record(6);
  lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(place_of(7)), again);
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("record 6 stands after record 6")));
}

TEST_F(AuditCheck, EndThatWasCutOffContradictsTheNewestHead) {
  for (const std::uint64_t number : {10U, 9U, 8U}) drop(number);
  std::get<EndLine>(lines_.back()).number = 7;
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("TRUNCATED: a signed head covers 8 records, and "
                                                "only 7 are here")));
}

TEST_F(AuditCheck, EndThatWasCutOffWithItsHeadContradictsTheHeadThatTheAuditorKept) {
  const Head kept = here_;
  lines_.resize(place_of(7));
  lines_.push_back(EndLine{6});
  EXPECT_EQ(findings(), std::vector<std::string>());
  EXPECT_THAT(findings(kept), ElementsAre(HasSubstr("a signed head covers 10 records")));
}

TEST_F(AuditCheck, AnotherAuditDoesNotFitTheHeadThatTheAuditorKept) {
  EXPECT_THAT(findings(Head{5, sha256(as_bytes("another"))}),
              ElementsAre(HasSubstr("CONTRADICTED: the head that you keep, over 5 records")));
}

TEST_F(AuditCheck, FileThatBreaksOffIsNoticed) {
  lines_.pop_back();
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("TRUNCATED: the audit stops without its last")));
}

TEST_F(AuditCheck, SecondStartLeadsPastNothing) {
  const Line start = StartLine{7, record(7).link};
  lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(place_of(6)),
               lines_.begin() + static_cast<std::ptrdiff_t>(place_of(7)) + 1);
  lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(place_of(5)) + 1, start);
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("LINE_MALFORMED: a line after record 5"),
                                      HasSubstr("records 6 to 7 are missing")));
}

TEST_F(AuditCheck, RecordThatIsNotShownAmongOthersIsAFinding) {
  lines_[place_of(6)] = DigestLine{sha256(as_bytes(record(6).record))};
  EXPECT_THAT(findings(), ::testing::Contains(HasSubstr("LINE_MALFORMED: a line after record 6")));
}

TEST_F(AuditCheck, HeadOfAnotherKeyIsRefused) {
  lines_.insert(lines_.end() - 1, head_of(PrivateKey::make(Algorithm::ed25519)));
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("HEAD_INVALID: the head after record 10")));
}

TEST_F(AuditCheck, DeletedBeginningNeedsARecordThatSaysSo) {
  const auto from_four = [this] {
    Lines rest(lines_.begin() + static_cast<std::ptrdiff_t>(place_of(4)) + 1, lines_.end());
    lines_ = {TitleLine{"log.example/audit"}, StartLine{4, record(4).link}};
    lines_.insert(lines_.end(), rest.begin(), rest.end());
  };
  lines_.pop_back();
  const Lines without = lines_;
  add(write_record(11, noon, Forgotten{4}));
  lines_.push_back(EndLine{11});
  from_four();
  EXPECT_EQ(findings(), std::vector<std::string>());
  lines_ = without;
  lines_.push_back(EndLine{10});
  from_four();
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("BEGINNING_MISSING: the audit begins after record "
                                                "4")));
}

TEST_F(AuditCheck, RangeIsProvenByTheHeadAfterItWithoutTheRecordsBetween) {
  Lines range = {TitleLine{"log.example/audit"}, StartLine{4, record(4).link}, Line(record(5)),
                 Line(record(6))};
  for (const std::uint64_t number : {7U, 8U}) {
    range.push_back(DigestLine{sha256(as_bytes(record(number).record))});
  }
  range.push_back(lines_[place_of(8) + 1]);
  range.push_back(EndLine{8});
  const auto reasons = [this](const Lines& lines) {
    Check check({public_key_});
    for (const Line& line : lines) check.add(line);
    std::string out;
    for (const Finding& finding : check.finish().findings) out += finding.reason + " ";
    return out;
  };
  EXPECT_EQ(reasons(range), "");
  Lines unsealed(range.begin(), range.begin() + 4);
  unsealed.push_back(EndLine{6});
  EXPECT_EQ(reasons(unsealed), "AUDIT_NOT_SEALED ");
  Lines forged = range;
  std::get<StartLine>(forged[1]).link[0] ^= 1;
  EXPECT_EQ(reasons(forged), "AUDIT_RECORD_EDITED ");
  auto& first = std::get<RecordLine>(forged[2]);
  auto& second = std::get<RecordLine>(forged[3]);
  first.link = next_link(std::get<StartLine>(forged[1]).link, first.record);
  second.link = next_link(first.link, second.record);
  EXPECT_EQ(reasons(forged), "AUDIT_HEAD_CONTRADICTED AUDIT_NOT_SEALED ");
}

}  // namespace
}  // namespace chancery::audit
