// The whole daemon on a state that the disk has changed: it says so, and hands out nothing wrong.
#include <gmock/gmock.h>

#include "core/base/limits/statements.h"
#include "daemon/journal/sqlite/database.h"
#include "tests/end_to_end/running_daemon.h"

namespace chancery::testing {
namespace {

namespace fs = std::filesystem;
namespace sqlite = daemon::sqlite;
using ::testing::HasSubstr;

// A minute at most.
void await(const std::function<bool()>& is_so) {
  const Deadline patience = soon();
  while (!is_so()) ASSERT_FALSE(patience.passed());
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
  v1::StatusReply status() {
    return *daemon_.call<v1::StatusReply>("chancery.v1.Admin", "Status", v1::StatusRequest());
  }
  // Empty where it does not stand.
  v1::Alarm alarm(std::string_view name) {
    const v1::StatusReply now = status();
    for (const v1::Alarm& standing : now.alarms()) {
      if (standing.name() == name) return standing;
    }
    return {};
  }

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

}  // namespace
}  // namespace chancery::testing
