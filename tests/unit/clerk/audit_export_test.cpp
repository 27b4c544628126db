// The audit read through a socket, with a head signed for the reader.
#include <gtest/gtest.h>

#include "chancery/v1/audit.pb.h"
#include "client/connection/connection.h"
#include "daemon/audit/clerk.h"
#include "daemon/services/audit.h"
#include "tests/support/journal/journal_calls.h"
#include "tests/support/journal/log_host.h"
#include "tests/support/patience.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/server/toy_server.h"

namespace chancery::testing {
namespace {

Deadline soon() { return Deadline::after(std::chrono::seconds(60)); }

// Its answers come through a pool, as a key host's do where more than one is ready.
class PooledKeyHost : public FakeKeyHost {
 public:
  explicit PooledKeyHost(daemon::Pool& pool) : pool_(pool) {}
  void sign(std::string key_name, Bytes input, Deadline deadline, SignDone done) override {
    FakeKeyHost::sign(std::move(key_name), std::move(input), deadline,
                      [this, done = std::move(done)](Result<Bytes> signature) {
                        pool_.post([done, signature = std::move(signature)] { done(signature); });
                      });
  }

 private:
  daemon::Pool& pool_;
};

class AuditExport : public ::testing::Test {
 protected:
  AuditExport() {
    accept(*journal_, "k");
    EXPECT_TRUE(key_host_.make_key("log", Algorithm::ed25519, soon()).ok());
    PublicKey key = PublicKey::from_spki(key_host_.keys().front().spki).value();
    tlog::NoteKey name = tlog::NoteKey::make("log.example/audit", std::move(key)).value();
    clerk_.emplace(*journal_, refusals_,
                   daemon::CheckpointSigner(std::move(name), "log", key_host_),
                   daemon::ClerkOptions{std::chrono::hours(1), nullptr, nullptr, nullptr});
  }
  ~AuditExport() override { clerk_->stop(); }  // while there is still what it seals with
  client::Download read_sealed(client::Connection& connection) {
    v1::ReadAuditRequest request;
    request.set_seal(true);
    return connection.download("chancery.v1.Audit", "Read", request.SerializeAsString(), soon());
  }
  static std::string text_of(client::Download& download) {
    std::string out;
    for (;;) {
      const auto message = download.next();
      if (!message.ok()) return message.error().reason;
      if (!message->has_value()) return out;
      v1::AuditChunk chunk;
      EXPECT_TRUE(chunk.ParseFromString(**message));
      out += chunk.lines();
    }
  }

  TemporaryDirectory directory_;
  std::unique_ptr<daemon::Journal> journal_ = open_journal(directory_ / "journal.db");
  daemon::RefusalRecorder refusals_{*journal_};
  std::optional<daemon::Clerk> clerk_;
  // The one thread is all that the readers, the key host's answers and everybody else have.
  daemon::ToyServer server_{{},
                            daemon::audit_methods({*journal_, "log.example/audit",
                                                   [this](daemon::Journal::Done<void> done) {
                                                     clerk_->seal(std::move(done));
                                                   }}),
                            1};
  PooledKeyHost key_host_{server_.pool()};
};

TEST_F(AuditExport, ReadersThatWaitForAHeadKeepNobodyFromTheRest) {
  key_host_.hold();
  const auto readers = client::Connection::open(server_.socket(), soon()).value();
  client::Download one = read_sealed(*readers);
  client::Download two = read_sealed(*readers);
  while (key_host_.state().waiting == 0) pause_briefly();
  const auto other = client::Connection::open(server_.socket(), soon()).value();
  const auto echo = other->call("toy.Toy", "Echo", "hello", soon());
  key_host_.release();
  ASSERT_TRUE(echo.ok()) << echo.error().message;
  EXPECT_NE(text_of(one).find("\nhead "), std::string::npos);
  EXPECT_NE(text_of(two).find("\nhead "), std::string::npos);
  EXPECT_EQ(key_host_.signatures(), 1U);
}

}  // namespace
}  // namespace chancery::testing
