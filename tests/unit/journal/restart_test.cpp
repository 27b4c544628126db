#include <gtest/gtest.h>

#include "tests/support/journal/journal_calls.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

using daemon::RequestState;

class Restart : public ::testing::Test {
 protected:
  void restart() {
    journal_.reset();
    journal_ = open_journal(directory_ / "journal.db");
  }
  TemporaryDirectory directory_;
  std::unique_ptr<daemon::Journal> journal_ = open_journal(directory_ / "journal.db");
};

TEST_F(Restart, WhatWasOnlyAcceptedHasFailed) {
  const auto id = accept(*journal_, "k");
  restart();
  const auto found = journal_->find(id).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state, RequestState::failed);
  EXPECT_EQ(found->failure_reason, "DAEMON_STOPPED");
  EXPECT_TRUE(journal_->unfinished(10)->empty());
  EXPECT_FALSE(accept(*journal_, acceptance("k"))->earlier);
}

TEST_F(Restart, WhatWasSignedIsUnfinishedWithEverythingNeededToFinishIt) {
  auto asked = acceptance("k");
  asked.kind = daemon::RequestKind::statement;
  asked.payload = "{\"statement\":1}";
  asked.predicate_type = "https://slsa.dev/provenance/v1";
  const auto id = accept(*journal_, asked)->id;
  ASSERT_TRUE(sign(*journal_, id, entry_body("k")).ok());
  restart();
  const auto open = journal_->unreleased(10).value();
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].id, id);
  EXPECT_EQ(open[0].state, RequestState::signed_);
  EXPECT_EQ(open[0].log_index, 0U);
  EXPECT_EQ(as_text(open[0].signature), "signature of " + entry_body("k"));
  EXPECT_EQ(open[0].verifier_spki, "spki");
  EXPECT_EQ(open[0].acceptance.payload, asked.payload);
  EXPECT_EQ(open[0].acceptance.predicate_type, asked.predicate_type);
  EXPECT_EQ(open[0].acceptance.digest, asked.digest);
  EXPECT_EQ(open[0].acceptance.request_hash, asked.request_hash);
  EXPECT_EQ(open[0].acceptance.expires_at, asked.expires_at);
  ASSERT_TRUE(finish(*journal_, id, "{}").ok());
  EXPECT_TRUE(journal_->unfinished(10)->empty());
}

TEST_F(Restart, WhatWasDoneIsKept) {
  const auto id = accept(*journal_, "k");
  ASSERT_TRUE(sign(*journal_, id, entry_body("k")).ok());
  ASSERT_TRUE(finish(*journal_, id, "{bundle}").ok());
  const std::string receipt = journal_->receipts().receipt_for(id);
  restart();
  EXPECT_EQ(journal_->receipts().request_of(receipt).value(), id);
  EXPECT_EQ(journal_->find(id).value()->state, RequestState::done);
  EXPECT_EQ(journal_->find(id).value()->bundle, "{bundle}");
  const auto by_digest = journal_->find_by_digest(acceptance("k").digest.value, 10).value();
  EXPECT_EQ(by_digest, std::vector<daemon::RequestId>{id});
}

TEST_F(Restart, StepsOutOfOrderAreRefusedAndChangeNothing) {
  const auto id = accept(*journal_, "k");
  EXPECT_EQ(finish(*journal_, id, "{}").error().reason, "REQUEST_STEP_OUT_OF_ORDER");
  ASSERT_TRUE(sign(*journal_, id, entry_body("k")).ok());
  EXPECT_EQ(sign(*journal_, id, entry_body("again")).error().reason, "REQUEST_STEP_OUT_OF_ORDER");
  EXPECT_EQ(fail(*journal_, id, internal("X", "x")).error().reason, "REQUEST_STEP_OUT_OF_ORDER");
  EXPECT_EQ(sign(*journal_, 99, entry_body("99")).error().reason, "REQUEST_STEP_OUT_OF_ORDER");
  EXPECT_EQ(journal_->log_size(), 1U);
  ASSERT_TRUE(finish(*journal_, id, "{}").ok());
  EXPECT_EQ(finish(*journal_, id, "{}").error().reason, "REQUEST_STEP_OUT_OF_ORDER");
}

TEST_F(Restart, DestructorCommitsWhatWaits) {
  std::atomic<int> answered = 0;
  for (int i = 0; i < 300; ++i) {
    journal_->accept(acceptance(std::to_string(i)),
                     [&answered](const Result<daemon::Accepted>& outcome) {
                       if (outcome.ok()) ++answered;
                     });
  }
  restart();
  EXPECT_EQ(answered, 300);
  EXPECT_TRUE(journal_->find(300).value());
}

}  // namespace
}  // namespace chancery::testing
