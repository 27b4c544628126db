#include "daemon/audit/system_journal.h"

#include <gmock/gmock.h>

#include "core/audit/record.h"

namespace chancery::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

constexpr WallTime noon{std::chrono::seconds(1'800'000'000)};

TEST(SystemJournal, EachMemberIsAField) {
  const std::string record = audit::write_record(7, noon,
                                                 audit::Refused{.who = {1001, 100, 4711},
                                                                .method = "Signer.Sign",
                                                                .profile = "release",
                                                                .rule = "",
                                                                .policy = "",
                                                                .reason = "NO_RULE",
                                                                .message = "a\nb"});
  const auto fields = daemon::journal_fields(record);
  EXPECT_THAT(fields, Contains("PRIORITY=5"));
  EXPECT_THAT(fields, Contains("CHANCERY_EVENT=refused"));
  EXPECT_THAT(fields, Contains("CHANCERY_NUMBER=7"));
  EXPECT_THAT(fields, Contains("CHANCERY_UID=1001"));
  EXPECT_THAT(fields, Contains("CHANCERY_MESSAGE=a\nb"));
  EXPECT_THAT(fields[0], HasSubstr("MESSAGE=audit: 2027-01-15T08:00:00Z"));
}

TEST(SystemJournal, TheWorstStandsOut) {
  const auto trouble = [](audit::TroubleKind kind) {
    return daemon::journal_fields(
        audit::write_record(7, noon, audit::Trouble{kind, "r-1", "log:public", "R", "m"}));
  };
  EXPECT_THAT(trouble(audit::TroubleKind::alarm), Contains("PRIORITY=3"));
  EXPECT_THAT(trouble(audit::TroubleKind::refused), Contains("PRIORITY=4"));
  EXPECT_THAT(trouble(audit::TroubleKind::in_doubt), Contains("PRIORITY=5"));
  EXPECT_THAT(daemon::journal_fields(audit::write_record(7, noon, audit::Overdue{"r-1"})),
              Contains("PRIORITY=4"));
}

TEST(SystemJournal, AHeadIsThereAsANote) {
  const auto fields = daemon::head_fields({7, {}}, "origin\n7\n");
  EXPECT_THAT(fields, Contains("CHANCERY_HEAD=origin\n7\n"));
}

TEST(SystemJournal, NothingHappensWhereNobodyListens) {
  daemon::send_to_system_journal(daemon::left_out_fields(3));
}

}  // namespace
}  // namespace chancery::testing
