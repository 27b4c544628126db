// The whole daemon on a state that the disk has changed: it says so, and hands out nothing wrong.
#include <gmock/gmock.h>
#include <signal.h>

#include "core/base/limits/statements.h"
#include "daemon/journal/sqlite/database.h"
#include "tests/end_to_end/configured_daemon.h"
#include "tests/support/patience.h"
#include "tests/support/program_run.h"

namespace chancery::testing {
namespace {

namespace fs = std::filesystem;
namespace sqlite = daemon::sqlite;
using ::testing::HasSubstr;

// A minute at most.
void await(const std::function<bool()>& is_so) {
  const Patience patience;
  while (!is_so()) ASSERT_FALSE(patience.ended());
}

class DaemonDamage : public ::testing::Test {
 protected:
  Result<v1::SignReply> sign(std::string_view key) { return daemon_.sign(sign_request(key, key)); }
  Result<v1::SignReply> look_at(const std::string& receipt) {
    v1::GetSignatureRequest request;
    request.set_receipt(receipt);
    return daemon_.call<v1::SignReply>(signer, "GetSignature", request);
  }
  // How the stream ends: "whole", or the reason.
  std::string read_bundle(const std::string& receipt) {
    v1::ReadBundleRequest request;
    request.set_receipt(receipt);
    auto download =
        daemon_.connection().download(signer, "ReadBundle", request.SerializeAsString(), soon());
    for (;;) {
      const auto message = download.next();
      if (!message.ok()) return message.error().reason;
      if (!message->has_value()) return "whole";
    }
  }
  // While the daemon is stopped.
  void in_journal(const std::string& sql) {
    ASSERT_EQ(daemon_.process().stop(), 0);
    sqlite::Database::open(daemon_.state() / "journal.db", sqlite::Access::read_write_create, {})
        .value()
        ->run(sql.c_str())
        .value();
    daemon_.start();
  }
  // A journal that somebody else has locked ends a daemon: it is changed while it stands still, and
  // not in the middle of a commit.
  void behind_its_back(const char* sql) {
    const auto database = sqlite::Database::open(daemon_.state() / "journal.db",
                                                 sqlite::Access::read_write_create, {})
                              .value();
    for (bool is_done = false; !is_done;) {
      stop_threads_of(daemon_.process().pid());
      is_done = database->run(sql).ok();
      ::kill(daemon_.process().pid(), SIGCONT);
    }
  }
  v1::StatusReply status() { return daemon_.status(); }
  v1::Alarm alarm(std::string_view name) { return daemon_.alarm(name); }

  RunningDaemon daemon_;
};

TEST_F(DaemonDamage, ChangedBundleIsNeverHandedOut) {
  const std::string sound = sign("sound")->receipt(), damaged = sign("damaged")->receipt();
  in_journal(
      "UPDATE bundles SET bundle = replace(bundle, 'tlogEntries', 'tlogentries') WHERE id = 2");
  EXPECT_TRUE(look_at(sound).ok());
  EXPECT_EQ(alarm("archive").name(), "");
  const auto looked = look_at(damaged);
  ASSERT_FALSE(looked.ok());
  EXPECT_EQ(looked.error().code, ErrorCode::corrupt);
  EXPECT_EQ(looked.error().reason, "ARCHIVED_BUNDLE_DAMAGED");
  EXPECT_THAT(looked.error().message, HasSubstr(damaged));
  EXPECT_EQ(sign("damaged").error().reason, "ARCHIVED_BUNDLE_DAMAGED");
  EXPECT_EQ(read_bundle(damaged), "ARCHIVED_BUNDLE_DAMAGED");
  EXPECT_EQ(read_bundle(sound), "whole");
  EXPECT_THAT(alarm("archive").what(), HasSubstr(damaged));
  EXPECT_TRUE(sign("next").ok());
  behind_its_back("UPDATE bundles SET bundle = replace(bundle, 'tlogentries', 'tlogEntries')");
  await([&] { return alarm("archive").name().empty(); });
  EXPECT_TRUE(look_at(damaged).ok());
}

TEST_F(DaemonDamage, ChangedStatementEndsItsBundleBeforeItIsOne) {
  const std::string statement = statement_of(limits::payload_bytes_in_journal_max + 1);
  v1::SignReply reply;
  ASSERT_TRUE(
      reply.ParseFromString(upload_statement(daemon_.connection(), "large", statement).value()));
  EXPECT_EQ(read_bundle(reply.receipt()), "whole");
  const fs::path file = fs::directory_iterator(daemon_.state() / "payloads")->path();
  std::string text = read_text(file);
  text[text.size() / 2] ^= 1;
  write_text(file, text);
  EXPECT_EQ(read_bundle(reply.receipt()), "PAYLOAD_DAMAGED");
  EXPECT_THAT(alarm("archive").what(), HasSubstr(file.string()));
}

TEST_F(DaemonDamage, MissingStatementIsAnAlarmToo) {
  const std::string statement = statement_of(limits::payload_bytes_in_journal_max + 1);
  v1::SignReply reply;
  ASSERT_TRUE(
      reply.ParseFromString(upload_statement(daemon_.connection(), "large", statement).value()));
  const fs::path file = fs::directory_iterator(daemon_.state() / "payloads")->path();
  fs::rename(file, daemon_.state() / "away");
  EXPECT_EQ(read_bundle(reply.receipt()), "PAYLOAD_MISSING");
  EXPECT_THAT(alarm("archive").what(), HasSubstr(file.string()));
  ASSERT_EQ(daemon_.process().stop(), 0);
  daemon_.start();
  EXPECT_EQ(alarm("archive").name(), "");
  EXPECT_EQ(look_at(reply.receipt()).error().reason, "PAYLOAD_MISSING");
  EXPECT_THAT(alarm("archive").what(), HasSubstr(file.string()));
  fs::rename(daemon_.state() / "away", file);
  await([&] { return alarm("archive").name().empty(); });
  EXPECT_EQ(read_bundle(reply.receipt()), "whole");
}

TEST_F(DaemonDamage, ChangedEntriesAreMadeAnewFromTheRequests) {
  for (int i = 0; i < 257; ++i) ASSERT_TRUE(sign(std::to_string(i)).ok());
  const fs::path file = daemon_.state() / "log/tile/entries/000";
  await([&] { return status().published_size() == 257; });
  const std::string whole = read_text(file);
  write_text(file, std::string(whole.size(), 'x'));
  v1::GetEntryRequest request;
  request.set_log_index(7);
  const auto entry = daemon_.call<v1::GetEntryReply>("chancery.v1.Log", "GetEntry", request);
  ASSERT_TRUE(entry.ok()) << entry.error().message;
  EXPECT_EQ(read_text(file), whole);
  EXPECT_EQ(alarm("log-damage").name(), "");
}

TEST_F(DaemonDamage, LogThatIsPutBackEndsTheAlarm) {
  for (int i = 0; i < 257; ++i) ASSERT_TRUE(sign(std::to_string(i)).ok());
  await([&] { return status().published_size() == 257; });
  ASSERT_EQ(daemon_.process().stop(), 0);
  const fs::path file = daemon_.state() / "log/tile/0/000",
                 entries = daemon_.state() / "log/tile/entries/000";
  const std::string whole = read_text(file), whole_entries = read_text(entries);
  write_text(file, "damaged");
  write_text(entries, "damaged");
  daemon_.start();
  v1::GetEntryRequest request;
  request.set_log_index(7);
  const auto refused = daemon_.call<v1::GetEntryReply>("chancery.v1.Log", "GetEntry", request);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "TILE_DAMAGED");
  EXPECT_EQ(alarm("log-damage").reason(), "TILE_DAMAGED");
  write_text(file, whole);
  write_text(entries, whole_entries);
  await([&] { return alarm("log-damage").name().empty(); });
}

TEST_F(DaemonDamage, DamagedPageOfTheJournalIsSaidToBeSo) {
  std::vector<std::string> receipts;
  for (int i = 0; i < 50; ++i) receipts.push_back(sign(std::to_string(i))->receipt());
  in_journal("VACUUM");  // and what is in the write-ahead log goes into the file
  const fs::path journal = daemon_.state() / "journal.db";
  std::string pages = read_text(journal);
  std::fill(pages.begin() + 4096, pages.end(), '\x5a');
  std::fstream file(journal, std::ios::in | std::ios::out | std::ios::binary);
  file << pages << std::flush;
  const auto looked = look_at(receipts[20]);
  ASSERT_FALSE(looked.ok());
  EXPECT_EQ(looked.error().code, ErrorCode::corrupt);
  EXPECT_EQ(looked.error().reason, "JOURNAL_DAMAGED");
  EXPECT_EQ(alarm("journal-damage").reason(), "JOURNAL_DAMAGED");
  EXPECT_THAT(alarm("journal-damage").what(), HasSubstr(journal.string()));
}

// The row of one request lies on pages of its own: whoever repeats its key leads the writer there.
TEST_F(DaemonDamage, DamagedRequestIsRefusedAndSigningGoesOn) {
  ASSERT_TRUE(sign("damaged").ok());
  in_journal("UPDATE requests SET artifact = replace(hex(zeroblob(10000)), '0', 'M')");
  const fs::path journal = daemon_.state() / "journal.db";
  std::string pages = read_text(journal);
  std::fstream file(journal, std::ios::in | std::ios::out | std::ios::binary);
  for (std::size_t at = 0; (at = pages.find(std::string(4000, 'M'), at)) != std::string::npos;) {
    at = at / 4096 * 4096;
    file.seekp(static_cast<std::streamoff>(at));
    file << std::string(4096, '\x5a');
    at += 4096;
  }
  file.close();
  // What the daemon has read it reads again.
  behind_its_back("INSERT INTO settings VALUES('other', '')");
  for (int i = 0; i < 3; ++i) {
    const auto refused = sign("damaged");
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::corrupt);
    EXPECT_EQ(refused.error().reason, "JOURNAL_DAMAGED");
    const auto sound = sign("sound-" + std::to_string(i));
    EXPECT_TRUE(sound.ok()) << sound.error().message;
  }
  EXPECT_EQ(alarm("journal-damage").reason(), "JOURNAL_DAMAGED");
  EXPECT_EQ(daemon_.process().stop(), 0) << daemon_.standard_error();
}

// An RSA key signs the same digest alike, so a second request shares the first one's entry, whose
// proof needs a tile of old.
class StuckRequest : public ::testing::Test {
 protected:
  StuckRequest()
      : daemon_(
            "[[profile]]\nname = \"rsa\"\nbackend = \"software\"\nkey = \"rsa\"\n"
            "signs = \"digests\"\n" +
                we_may(),
            ", \"rsa=rsa-pkcs1v15-3072-sha256\"") {}
  Result<v1::SignReply> sign(std::string_view key, std::string_view profile) {
    v1::SignRequest request = sign_request(key, profile == "rsa" ? "same" : key);
    request.set_profile(std::string(profile));
    return daemon_.call<v1::SignReply>(signer, "Sign", request);
  }
  v1::StatusReply status() {
    return *daemon_.call<v1::StatusReply>("chancery.v1.Admin", "Status", v1::StatusRequest());
  }
  Result<v1::HandOverLogReply> hand_over() {
    return daemon_.call<v1::HandOverLogReply>("chancery.v1.Admin", "HandOverLog",
                                              v1::HandOverLogRequest());
  }
  v1::SignReply look_by_key(std::string_view key) {
    v1::GetSignatureRequest request;
    request.set_idempotency_key(std::string(key));
    request.set_profile("rsa");
    return *daemon_.call<v1::SignReply>(signer, "GetSignature", request);
  }
  ProgramOutcome chancery(std::vector<std::string> arguments) const {
    return run({.program = fs::path(CHANCERY_PROGRAMS) / "chancery",
                .arguments = std::move(arguments),
                .working_directory = work_.path(),
                .environment = {{"CHANCERY_SOCKET", daemon_.socket()}}});
  }

  TemporaryDirectory work_;
  ConfiguredDaemon daemon_;
};

TEST_F(StuckRequest, SaysItsTroubleAndIsFinishedWhenThatIsMended) {
  ASSERT_TRUE(sign("first", "rsa").ok());
  for (int i = 0; i < 256; ++i) ASSERT_TRUE(sign(std::to_string(i), "default").ok());
  daemon_.restart();  // the tile is read back from now on
  const fs::path log = daemon_.socket().parent_path() / "state/log/tile";
  const std::string tile = read_text(log / "0/000"), entries = read_text(log / "entries/000");
  write_text(log / "0/000", "damaged");
  write_text(log / "entries/000", "damaged");

  const auto refused = sign("second", "rsa");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::corrupt);
  EXPECT_EQ(refused.error().reason, "TILE_DAMAGED");
  const v1::SignReply stuck = look_by_key("second");
  EXPECT_THAT(refused.error().message, HasSubstr(stuck.receipt()));
  EXPECT_EQ(stuck.state(), v1::STATE_SIGNED);
  EXPECT_EQ(stuck.trouble().reason(), "TILE_DAMAGED");
  EXPECT_EQ(status().unfinished(0).trouble_reason(), "TILE_DAMAGED");
  await([&] { return status().alarms_size() == 2; });
  EXPECT_EQ(status().alarms(0).name(), "log-damage");
  EXPECT_EQ(status().alarms(1).name(), "requests");
  EXPECT_THAT(status().alarms(1).what(), HasSubstr(stuck.receipt()));
  const ProgramOutcome waited = chancery({"wait", stuck.receipt(), "--timeout", "1"});
  EXPECT_EQ(waited.status, 3);
  EXPECT_THAT(waited.err, HasSubstr("TILE_DAMAGED"));
  const ProgramOutcome shown = chancery({"status"});
  EXPECT_EQ(shown.status, 1);
  EXPECT_THAT(shown.out, HasSubstr(stuck.receipt() + " waits: TILE_DAMAGED"));
  EXPECT_THAT(shown.out, HasSubstr("TROUBLE: alarm requests since"));
  const auto busy = hand_over();
  ASSERT_FALSE(busy.ok());
  EXPECT_EQ(busy.error().reason, "LOG_BUSY");
  EXPECT_THAT(busy.error().message, HasSubstr("not finished: 1, and 0"));

  write_text(log / "0/000", tile);
  write_text(log / "entries/000", entries);
  await([&] { return look_by_key("second").state() == v1::STATE_DONE; });
  EXPECT_FALSE(look_by_key("second").has_trouble());
  await([&] { return status().alarms().empty(); });
}

}  // namespace
}  // namespace chancery::testing
