// The acts of administrators on keys, with a fake device and a real journal.
#include "daemon/flows/keys/key_life.h"

#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>

#include <cstring>
#include <fstream>

#include "core/base/limits/administration.h"
#include "daemon/flows/keys/newest_key.h"
#include "daemon/journal/sqlite/database.h"
#include "tests/support/journal/journal_calls.h"
#include "tests/support/key_host/fake_key_host.h"
#include "tests/support/temporary_directory.h"

namespace chancery::daemon {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Config sample_config() {
  Config config;
  config.log = {.origin = "log.test", .backend = "fake", .key = "log"};
  config.profiles = {{.name = "release", .keys = {{"fake", "new"}, {"fake", "old"}}}};
  return config;
}

class KeyLifeTest : public ::testing::Test {
 protected:
  KeyLifeTest() {
    auto host = std::make_unique<chancery::testing::FakeKeyHost>();
    fake_ = host.get();
    keys_.add("fake", std::move(host));
    for (const char* name : {"old", "new", "spare"}) make_in_device(name);
    EXPECT_TRUE(fake_->make_key("log", Algorithm::ed25519, soon()).ok());
  }
  static Deadline soon() { return Deadline::after(30s); }
  void make_in_device(const std::string& name) {
    EXPECT_TRUE(fake_->make_key(name, Algorithm::ecdsa_p256_sha256, soon()).ok());
  }
  Actor actor() const { return {peer_, method_, soon(), {"admins", "cafe"}}; }
  std::string newest() const {
    const auto found = find_newest_key(keys_, *standing_, config_.get()->profiles[0]);
    return found.ok() ? found->name.key : found.error().reason;
  }
  // "begun done", as the journal has it of this subject.
  std::string acts(const std::string& subject) {
    const auto database =
        sqlite::Database::open(directory_ / "journal.db", sqlite::Access::read_only, {}).value();
    sqlite::Statement all(*database, "SELECT outcome, uid FROM acts WHERE subject = ?1");
    sqlite::Rows rows = all.rows(std::string_view(subject));
    std::string out;
    while (rows.next().value()) {
      out += (out.empty() ? "" : " ") + std::string(rows.text(0));
      EXPECT_EQ(rows.integer(1), 1000);
    }
    return out;
  }
  void reopen() {
    standing_.reset();
    journal_.reset();
    journal_ = chancery::testing::open_journal(directory_ / "journal.db");
    standing_ = Standing::load(*journal_).value();
  }

  chancery::testing::TemporaryDirectory directory_;
  policy::Peer peer_{.uid = 1000, .gid = 100, .groups = {}, .pid = 42};
  std::string method_ = "Keys.Test";
  CurrentConfig config_{sample_config()};
  KeyRing keys_;
  chancery::testing::FakeKeyHost* fake_ = nullptr;
  std::unique_ptr<Journal> journal_ = chancery::testing::open_journal(directory_ / "journal.db");
  std::unique_ptr<Standing> standing_ = Standing::load(*journal_).value();
  KeyLife life_{config_, keys_, *standing_, [] { return chancery::testing::midday; }};
};

TEST_F(KeyLifeTest, AStopHoldsAtOnceThoughTheDiskIsFull) {
  const std::filesystem::path disk = directory_ / "disk";
  std::filesystem::create_directory(disk);
  if (unshare(CLONE_NEWNS) != 0 ||
      mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=8m") != 0) {
    GTEST_SKIP() << "cannot mount a small disk here: " << std::strerror(errno);
  }
  JournalOptions options{.path = disk / "journal.db",
                         .now = [] { return chancery::testing::midday; }};
  options.log_room_bytes = 0;
  const std::unique_ptr<Journal> journal = Journal::open(std::move(options)).value();
  const std::unique_ptr<Standing> standing = Standing::load(*journal).value();
  {
    std::ofstream ballast(disk / "ballast", std::ios::binary);
    while (ballast << std::string(4096, 'x') << std::flush) {
    }
  }
  KeyLife life(config_, keys_, *standing, [] { return chancery::testing::midday; });
  EXPECT_EQ(life.stop(actor(), {"fake", "new"}).error().reason, "STOP_NOT_DURABLE");
  EXPECT_EQ(standing->check_key({"fake", "new"}).error().reason, "KEY_STOPPED");
  // What lets it sign again is on record, or does not hold.
  EXPECT_EQ(life.resume(actor(), {"fake", "new"}).error().reason, "JOURNAL_DISK_FULL");
  EXPECT_FALSE(standing->check_key({"fake", "new"}).ok());
  umount2(disk.c_str(), MNT_DETACH);
}

TEST_F(KeyLifeTest, AnOlderKeyDoesNotStepInForABackendThatIsDown) {
  auto host = std::make_unique<chancery::testing::FakeKeyHost>();
  chancery::testing::FakeKeyHost& hsm = *host;
  ASSERT_TRUE(hsm.make_key("newest", Algorithm::ecdsa_p256_sha256, soon()).ok());
  keys_.add("hsm", std::move(host));
  Config config = sample_config();
  config.profiles[0].keys.insert(config.profiles[0].keys.begin(), {"hsm", "newest"});
  config_.replace(std::move(config));
  EXPECT_EQ(newest(), "newest");
  hsm.set_up(false);
  EXPECT_EQ(newest(), "BACKEND_DOWN");
  hsm.set_up(true);
  hsm.spoil("newest", corrupt("KEY_FILE_DAMAGED", "newest.pem is damaged"));
  EXPECT_EQ(newest(), "KEY_FILE_DAMAGED");
  hsm.spoil("newest", std::nullopt);
  ASSERT_TRUE(hsm.remove_key("newest", soon()).ok());
  EXPECT_EQ(newest(), "new");
}

TEST_F(KeyLifeTest, MadeKeyIsFoundAndTheActIsInTheJournal) {
  const auto made = life_.make(actor(), {"fake", "next"}, Algorithm::ecdsa_p384_sha384);
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_EQ(made->info.algorithm, Algorithm::ecdsa_p384_sha384);
  EXPECT_EQ(acts("key:fake:next"), "begun done");
}

TEST_F(KeyLifeTest, TheAuditSaysByWhichRuleAnAdministratorActed) {
  ASSERT_TRUE(life_.stop(actor(), {"fake", "old"}).ok());
  const auto rows = journal_->read_audit().value()->rows(0, 10).value();
  EXPECT_THAT(rows.back().record,
              ::testing::HasSubstr(R"("rule":"admins","policy":"cafe","outcome":"done")"));
}

TEST_F(KeyLifeTest, WhatTheDeviceRefusesIsInTheJournalWithItsReason) {
  const auto made = life_.make(actor(), {"fake", "old"}, Algorithm::ecdsa_p384_sha384);
  EXPECT_EQ(made.error().reason, "KEY_EXISTS");
  EXPECT_EQ(acts("key:fake:old"), "begun KEY_EXISTS");
  EXPECT_EQ(life_.make(actor(), {"none", "k"}, Algorithm::ed25519).error().reason,
            "BACKEND_UNKNOWN");
}

TEST_F(KeyLifeTest, AttestationAnswersTheChallengeAndIsInTheJournal) {
  const auto attested = life_.attest(actor(), {"fake", "old"}, Bytes(32, 4));
  ASSERT_TRUE(attested.ok()) << attested.error().message;
  EXPECT_EQ(*attested->find("challenge"), Bytes(32, 4));
  EXPECT_EQ(acts("key:fake:old"), "begun done");
  EXPECT_EQ(life_.attest(actor(), {"fake", "nobody"}, Bytes(32, 4)).error().reason,
            "KEY_NOT_FOUND");
}

TEST_F(KeyLifeTest, WhatWasHiddenForTheDeviceComesBackAndTheActIsInTheJournal) {
  EXPECT_EQ(*life_.activate(actor(), {"fake", "old"}, Bytes(9, 5)), Bytes(9, 5));
  EXPECT_EQ(acts("key:fake:old"), "begun done");
  EXPECT_EQ(life_.activate(actor(), {"fake", "nobody"}, {}).error().reason, "KEY_NOT_FOUND");
}

TEST_F(KeyLifeTest, KeyIsDeletedOnlyOnceConfirmed) {
  const auto token = life_.ask_to_remove(actor(), {"fake", "spare"});
  ASSERT_TRUE(token.ok()) << token.error().message;
  EXPECT_TRUE(keys_.find("fake", "spare").ok());
  EXPECT_EQ(life_.remove(actor(), {"fake", "spare"}, "guess").error().reason,
            "CONFIRMATION_UNKNOWN");
  ASSERT_TRUE(life_.remove(actor(), {"fake", "spare"}, *token).ok());
  EXPECT_EQ(keys_.find("fake", "spare").error().reason, "KEY_NOT_FOUND");
  EXPECT_EQ(acts("key:fake:spare"), "CONFIRMATION_UNKNOWN begun done");
}

TEST_F(KeyLifeTest, ConfirmationIsForOneAdministratorAndOneKey) {
  const std::string token = life_.ask_to_remove(actor(), {"fake", "spare"}).value();
  policy::Peer other = peer_;
  other.uid = 1001;
  EXPECT_EQ(life_.remove({other, method_, soon()}, {"fake", "spare"}, token).error().reason,
            "CONFIRMATION_UNKNOWN");
  // Another key under the name that was confirmed.
  ASSERT_TRUE(fake_->remove_key("spare", soon()).ok());
  make_in_device("spare");
  EXPECT_EQ(life_.remove(actor(), {"fake", "spare"}, token).error().reason, "CONFIRMATION_UNKNOWN");
}

TEST_F(KeyLifeTest, KeyThatAProfileOrTheLogUsesIsNotDeleted) {
  const auto used = life_.ask_to_remove(actor(), {"fake", "old"});
  ASSERT_FALSE(used.ok());
  EXPECT_EQ(used.error().reason, "KEY_IN_USE");
  EXPECT_THAT(used.error().message, HasSubstr("\"release\""));
  EXPECT_EQ(life_.ask_to_remove(actor(), {"fake", "log"}).error().reason, "KEY_IS_THE_LOGS");
  EXPECT_EQ(life_.ask_to_remove(actor(), {"fake", "nobody"}).error().reason, "KEY_NOT_FOUND");
}

TEST_F(KeyLifeTest, WhatIsRefusedBeforeItBeginsIsInTheJournalWithItsReason) {
  EXPECT_FALSE(life_.ask_to_remove(actor(), {"fake", "log"}).ok());
  EXPECT_EQ(acts("key:fake:log"), "KEY_IS_THE_LOGS");
  EXPECT_FALSE(life_.stop(actor(), {"fake", "log"}).ok());
  EXPECT_FALSE(life_.request_certificate(actor(), {"fake", "log"}, {}).ok());
  EXPECT_EQ(acts("key:fake:log"), "KEY_IS_THE_LOGS KEY_IS_THE_LOGS KEY_IS_THE_LOGS");
  EXPECT_FALSE(life_.remove(actor(), {"fake", "old"}, "guess").ok());
  EXPECT_EQ(acts("key:fake:old"), "KEY_IN_USE");
  EXPECT_FALSE(life_.remove(actor(), {"fake", "spare"}, "guess").ok());
  EXPECT_EQ(acts("key:fake:spare"), "CONFIRMATION_UNKNOWN");
  ASSERT_TRUE(life_.stop(actor(), {"fake", "new"}).ok());
  EXPECT_FALSE(life_.request_certificate(actor(), {"fake", "new"}, {}).ok());
  const Error no_chain = life_.import_certificates(actor(), {"fake", "new"}, "none").error();
  EXPECT_EQ(no_chain.reason, "PEM_MALFORMED");
  EXPECT_EQ(acts("key:fake:new"), "done KEY_STOPPED PEM_MALFORMED");
  // What names nothing that is there is no act.
  EXPECT_FALSE(life_.stop(actor(), {"fake", "nobody"}).ok());
  EXPECT_EQ(acts("key:fake:nobody"), "");
}

TEST_F(KeyLifeTest, NewestUsableKeySigns) {
  EXPECT_EQ(newest(), "new");
  ASSERT_TRUE(life_.stop(actor(), {"fake", "new"}).ok());
  EXPECT_EQ(newest(), "old");
  ASSERT_TRUE(life_.stop(actor(), {"fake", "old"}).ok());
  EXPECT_EQ(newest(), "KEY_STOPPED");
  ASSERT_TRUE(life_.resume(actor(), {"fake", "new"}).ok());
  EXPECT_EQ(newest(), "new");
  ASSERT_TRUE(fake_->remove_key("new", soon()).ok());
  EXPECT_EQ(newest(), "KEY_NOT_FOUND");  // of the newest: the old one is stopped
}

TEST_F(KeyLifeTest, StopsOutliveARestartAndARemovedKey) {
  ASSERT_TRUE(life_.stop(actor(), {"fake", "new"}).ok());
  ASSERT_TRUE(life_.stop(actor(), {"fake", "spare"}).ok());
  ASSERT_TRUE(life_.stop_profile(actor(), "release").ok());
  const std::string token = life_.ask_to_remove(actor(), {"fake", "spare"}).value();
  ASSERT_TRUE(life_.remove(actor(), {"fake", "spare"}, token).ok());
  reopen();
  EXPECT_EQ(standing_->check_key({"fake", "new"}).error().reason, "KEY_STOPPED");
  EXPECT_EQ(standing_->check_profile("release").error().reason, "PROFILE_STOPPED");
  EXPECT_TRUE(standing_->check_key({"fake", "spare"}).ok());
  EXPECT_EQ(acts("profile:release"), "done");
}

TEST_F(KeyLifeTest, AKeyThatIsMadeInheritsNothingFromOneOfItsName) {
  ASSERT_TRUE(life_.stop(actor(), {"fake", "spare"}).ok());
  ASSERT_TRUE(fake_->remove_key("spare", soon()).ok());  // by nobody that we know of
  ASSERT_TRUE(life_.make(actor(), {"fake", "spare"}, Algorithm::ecdsa_p256_sha256).ok());
  EXPECT_TRUE(standing_->check_key({"fake", "spare"}).ok());
}

TEST_F(KeyLifeTest, OnlyWhatIsThereIsStopped) {
  EXPECT_EQ(life_.stop_profile(actor(), "nobody").error().reason, "PROFILE_UNKNOWN");
  EXPECT_EQ(life_.stop(actor(), {"fake", "nobody"}).error().reason, "KEY_NOT_FOUND");
  EXPECT_EQ(life_.stop(actor(), {"fake", "log"}).error().reason, "KEY_IS_THE_LOGS");
}

TEST(Confirmation, HoldsOnceAndForAWhile) {
  Confirmations confirmations;
  const Confirmable what{1000, "fake:spare", Bytes(91, 1)};
  const auto now = Deadline::Clock::now();
  const std::string token = confirmations.ask(what, now);
  EXPECT_TRUE(confirmations.confirm(token, what, now + 1min).ok());
  EXPECT_EQ(confirmations.confirm(token, what, now).error().reason, "CONFIRMATION_UNKNOWN");
  const std::string late = confirmations.ask(what, now);
  EXPECT_EQ(confirmations.confirm(late, what, now + limits::confirmation_life + 1s).error().reason,
            "CONFIRMATION_EXPIRED");
}

TEST(Confirmation, OldestIsForgottenWhereTooManyWait) {
  Confirmations confirmations;
  const Confirmable what{1000, "fake:spare", Bytes(91, 1)};
  const auto now = Deadline::Clock::now();
  const std::string oldest = confirmations.ask(what, now);
  std::string newest;
  for (std::size_t i = 0; i < limits::confirmations_max; ++i) {
    newest = confirmations.ask(what, now + 1s);
  }
  EXPECT_EQ(confirmations.confirm(oldest, what, now).error().reason, "CONFIRMATION_UNKNOWN");
  EXPECT_TRUE(confirmations.confirm(newest, what, now).ok());
}

TEST(KeyNames, AreSplitAtTheFirstColon) {
  EXPECT_EQ(read_key_name("hsm:a:b").value(), (KeyName{"hsm", "a:b"}));
  for (const char* bad : {"", "hsm", ":a", "hsm:"}) {
    EXPECT_EQ(read_key_name(bad).error().reason, "KEY_NAME_INVALID") << bad;
  }
}

}  // namespace
}  // namespace chancery::daemon
