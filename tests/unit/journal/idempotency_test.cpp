#include <gtest/gtest.h>

#include "tests/support/journal/journal_calls.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

using daemon::RequestState;

class Idempotency : public ::testing::Test {
 protected:
  TemporaryDirectory directory_;
  std::unique_ptr<daemon::Journal> journal_ = open_journal(directory_ / "journal.db");
};

TEST_F(Idempotency, SameKeyAndRequestFindsTheEarlierOneInEachState) {
  const auto id = accept(*journal_, "k");
  auto again = accept(*journal_, acceptance("k")).value();
  EXPECT_EQ(again.id, id);
  ASSERT_TRUE(again.earlier);
  EXPECT_EQ(again.earlier->state, RequestState::accepted);

  ASSERT_TRUE(sign(*journal_, id, entry_body("k")).ok());
  again = accept(*journal_, acceptance("k")).value();
  EXPECT_EQ(again.earlier->state, RequestState::signed_);
  EXPECT_EQ(again.earlier->log_index, 0U);

  ASSERT_TRUE(finish(*journal_, id, "{bundle}").ok());
  again = accept(*journal_, acceptance("k")).value();
  EXPECT_EQ(again.earlier->state, RequestState::done);
  EXPECT_EQ(again.earlier->bundle, "{bundle}");
}

TEST_F(Idempotency, SameKeyForAnotherRequestIsRefused) {
  accept(*journal_, "k");
  auto other = acceptance("k");
  other.request_hash = sha256(as_bytes("another"));
  const auto refused = accept(*journal_, other);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "IDEMPOTENCY_KEY_REUSED");
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_request);
}

TEST_F(Idempotency, KeysOfOtherUsersAndProfilesAreOthers) {
  const auto id = accept(*journal_, "k");
  auto user = acceptance("k");
  user.uid = 1001;
  user.request_hash = sha256(as_bytes("another"));
  EXPECT_NE(accept(*journal_, user).value().id, id);
  auto profile = acceptance("k");
  profile.profile = "release";
  profile.request_hash = sha256(as_bytes("another"));
  EXPECT_NE(accept(*journal_, profile).value().id, id);
}

TEST_F(Idempotency, NameAndKeyDoNotRunIntoEachOther) {
  auto one = acceptance("bc");
  one.profile = "a";
  auto other = acceptance("c");
  other.profile = "ab";
  EXPECT_NE(accept(*journal_, one).value().id, accept(*journal_, other).value().id);
}

TEST_F(Idempotency, FailedRequestStartsAnewUnderItsKey) {
  const auto id = accept(*journal_, "k");
  ASSERT_TRUE(fail(*journal_, id, unavailable("KEY_HOST_DOWN", "the key host is down")).ok());
  const auto again = accept(*journal_, acceptance("k")).value();
  EXPECT_FALSE(again.earlier);
  EXPECT_NE(again.id, id);
  const auto found = journal_->find_by_idempotency_key(1000, "default", "k").value();
  EXPECT_EQ(found->id, again.id);
  EXPECT_EQ(journal_->find(id).value()->failure_reason, "KEY_HOST_DOWN");
}

TEST_F(Idempotency, FailedRequestStillKeepsItsKeyFromOtherRequests) {
  ASSERT_TRUE(fail(*journal_, accept(*journal_, "k"), unavailable("X", "x")).ok());
  auto other = acceptance("k");
  other.request_hash = sha256(as_bytes("another"));
  EXPECT_EQ(accept(*journal_, other).error().reason, "IDEMPOTENCY_KEY_REUSED");
}

TEST_F(Idempotency, ExpiredKeyIsFree) {
  const auto id = accept(*journal_, "k");
  auto later = acceptance("k");
  later.request_hash = sha256(as_bytes("another"));
  later.accepted_at = midday + std::chrono::hours(24) - std::chrono::microseconds(1);
  EXPECT_EQ(accept(*journal_, later).error().reason, "IDEMPOTENCY_KEY_REUSED");
  later.accepted_at = midday + std::chrono::hours(24);
  const auto accepted = accept(*journal_, later).value();
  EXPECT_FALSE(accepted.earlier);
  EXPECT_NE(accepted.id, id);
}

TEST_F(Idempotency, ClockThatJumpedBackKeepsKeysBound) {
  const auto id = accept(*journal_, "k");
  auto earlier = acceptance("k");
  earlier.accepted_at = midday - std::chrono::hours(1000);
  EXPECT_EQ(accept(*journal_, earlier).value().id, id);
}

TEST_F(Idempotency, TwoOfAKeyInOneCommitAreOneRequest) {
  std::promise<void> held;
  std::promise<void> reached;
  Answer<void> first;
  journal_->record_refusal({}, [&](const Result<void>&) {
    reached.set_value();
    held.get_future().wait();
  });
  reached.get_future().wait();  // the writer waits in a completion: what follows is one batch
  Answer<daemon::Accepted> one;
  Answer<daemon::Accepted> two;
  journal_->accept(acceptance("k"), one.done());
  journal_->accept(acceptance("k"), two.done());
  const auto commits = journal_->counts().commits;
  held.set_value();
  const auto a = one.get().value();
  const auto b = two.get().value();
  EXPECT_EQ(journal_->counts().commits, commits + 1);
  EXPECT_FALSE(a.earlier);
  ASSERT_TRUE(b.earlier);
  EXPECT_EQ(a.id, b.id);
}

}  // namespace
}  // namespace chancery::testing
