// `chancery audit`: shown, exported, verified; and what somebody did to the disk is found.
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/encoding.h"
#include "tests/end_to_end/command/command_fixture.h"
#include "tests/support/patience.h"

namespace chancery::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class AuditTest : public CommandTest {
 protected:
  void sign(const std::string& name) const {
    write_text(work(name), name);
    const auto signing = chancery({"sign", name});
    ASSERT_EQ(signing.status, 0) << signing.err;
  }
  static std::string hex_of(const std::string& content) {
    return hex_encode(sha256(as_bytes(content)));
  }
  std::vector<std::string> events(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"audit", "--json"});
    std::istringstream lines(chancery(arguments).out);
    std::vector<std::string> out;
    for (std::string line; std::getline(lines, line);) {
      out.push_back(parse_json(line, "record").value()["event"].get<std::string>());
    }
    return out;
  }
  // With the daemon stopped, as somebody who can write to its disk.
  void tamper(const std::string& sql) {
    daemon_.process().stop();
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((daemon_.state() / "journal.db").c_str(), &database), SQLITE_OK);
    const std::string all = "DROP TRIGGER audit_is_never_changed;" + sql;
    EXPECT_EQ(sqlite3_exec(database, all.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
    daemon_.start();
  }
};

TEST_F(AuditTest, TellsWhatWasDecidedAndWhatBecameOfIt) {
  sign("one");
  sign("two");
  EXPECT_THAT(events({}),
              ElementsAre("opened", "allowed", "signed", "done", "allowed", "signed", "done"));
  EXPECT_THAT(events({"--digest", "sha256:" + hex_of("two")}),
              ElementsAre("allowed", "signed", "done"));
  EXPECT_THAT(events({"--since", "2999-01-01T00:00:00Z"}), ElementsAre());
  const std::string told = chancery({"audit"}).out;
  EXPECT_THAT(told, HasSubstr("allowed  method Signer.Sign"));
  EXPECT_THAT(told, HasSubstr("  executable " + std::string(CHANCERY_PROGRAMS) + "/chancery  "));
  EXPECT_EQ(chancery({"audit", "--since", "yesterday"}).status, 2);
}

TEST_F(AuditTest, WhatAdministratorsDoIsOnRecordAndWhatTheyMayNotDoToo) {
  ASSERT_EQ(chancery({"backup", "monday"}).status, 0);
  ASSERT_EQ(chancery({"reload"}).status, 0);
  EXPECT_THAT(chancery({"audit"}).out, AllOf(HasSubstr("act      method Admin.BackUp"),
                                             HasSubstr("act      method Admin.Reload")));
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to ask as another user";
  const std::filesystem::path program = work("chancery");
  std::filesystem::copy_file(std::filesystem::path(CHANCERY_PROGRAMS) / "chancery", program);
  for (const auto& folder : {work(""), daemon_.socket().parent_path()}) {
    ASSERT_EQ(chmod(folder.c_str(), 0711), 0);
  }
  ASSERT_EQ(chmod(daemon_.socket().c_str(), 0666), 0);
  ProgramOptions another =
      command({"--reuid=65533", "--regid=65533", "--clear-groups", program, "backup", "tuesday"});
  another.program = "/usr/bin/setpriv";
  EXPECT_EQ(run(another).status, 1);
  const Patience patience;  // nobody waits for the record
  while (chancery({"audit"}).out.find("refused  method Admin.BackUp  uid 65533") ==
         std::string::npos) {
    ASSERT_FALSE(patience.ended());
  }
}

TEST_F(AuditTest, UntouchedItHoldsBeforeAndAfterAHead) {
  sign("one");
  const auto before = chancery({"audit", "verify"});
  EXPECT_EQ(before.status, 0) << before.out << before.err;
  daemon_.process().stop();  // signs a head
  daemon_.start();
  const auto after = chancery({"audit", "verify", "--json"});
  EXPECT_EQ(after.status, 0) << after.out << after.err;
  const Json said = parse_json(after.out, "report").value();
  EXPECT_EQ(said["heads"], 1);
  EXPECT_EQ(said["sealed"], 4);
  EXPECT_EQ(said["last"], 5);
}

TEST_F(AuditTest, AnExportedRangeIsVerifiedWithoutTheDaemon) {
  for (const char* name : {"one", "two", "three"}) sign(name);
  export_trust();
  write_text(work("range.txt"), chancery({"audit", "export", "--first", "3", "--last", "5"}).out);
  daemon_.process().stop();
  const std::vector<std::string> verify = {"audit", "verify", "range.txt", "--trusted-root",
                                           "trusted_root.json"};
  const auto untouched = chancery(verify);
  EXPECT_EQ(untouched.status, 0) << untouched.out << untouched.err;
  EXPECT_THAT(untouched.out, HasSubstr("3 records from 3 to"));
  std::string range = read_text(work("range.txt"));
  range.replace(range.find("\"uid\":"), 7, "\"uid\":7");
  write_text(work("range.txt"), range);
  const auto edited = chancery(verify);
  EXPECT_EQ(edited.status, 1);
  EXPECT_THAT(edited.out, HasSubstr("AUDIT_RECORD_EDITED"));
}

TEST_F(AuditTest, WhatWasChangedOnTheDiskIsNamed) {
  sign("one");
  sign("two");
  tamper(
      "UPDATE audit SET record = replace(record, 'default', 'another') WHERE number = 2;"
      "DELETE FROM audit WHERE number = 4");
  const auto verify = chancery({"audit", "verify"});
  EXPECT_EQ(verify.status, 1);
  EXPECT_THAT(verify.out, HasSubstr("AUDIT_RECORD_EDITED: record 2 "));
  EXPECT_THAT(verify.out, HasSubstr("AUDIT_RECORD_MISSING: record 4 is missing"));
  EXPECT_THAT(verify.out, Not(HasSubstr("record 5")));
}

TEST_F(AuditTest, AnEndCutOffWithItsHeadsIsFoundByAHeadThatWasKept) {
  sign("one");
  write_text(work("audit.txt"), chancery({"audit", "export"}).out);
  const std::string text = read_text(work("audit.txt"));
  const std::size_t at = text.rfind("\nhead ") + 6;
  write_text(work("head.txt"),
             to_text(base64_decode(text.substr(at, text.find('\n', at) - at)).value()));
  tamper("DELETE FROM audit WHERE number > 1; DELETE FROM audit_heads");
  EXPECT_EQ(chancery({"audit", "verify"}).status, 0);
  const auto verify = chancery({"audit", "verify", "--head", "head.txt"});
  EXPECT_EQ(verify.status, 1) << verify.err;
  EXPECT_THAT(verify.out, HasSubstr("AUDIT_TRUNCATED"));
}

}  // namespace
}  // namespace chancery::testing
