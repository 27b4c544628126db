#include "daemon/flows/receipts/due_receipts.h"

#include <gtest/gtest.h>

#include <future>

namespace chancery::daemon {
namespace {

using namespace std::chrono_literals;

struct WaitingResponder : Responder {
  std::promise<std::string> promise;
  void answer(Result<std::string> message) override { promise.set_value(std::move(*message)); }
};

class DueReceiptsTest : public ::testing::Test {
 protected:
  std::shared_ptr<WaitingResponder> promise(RequestId id, std::chrono::milliseconds wait) {
    auto responder = std::make_shared<WaitingResponder>();
    receipts_.promise(id, responder, Deadline::Clock::now() + wait);
    return responder;
  }
  void TearDown() override { receipts_.stop(); }

  DueReceipts receipts_{[](RequestId id) -> Result<std::string> { return std::to_string(id); }};
};

TEST_F(DueReceiptsTest, WhoeverWaitsGetsItInTimeWhateverTheOrder) {
  const auto late = promise(1, 1h);
  const auto soon = promise(2, 20ms);
  const auto sooner = promise(3, 1ms);
  EXPECT_EQ(sooner->promise.get_future().get(), "3");
  EXPECT_EQ(soon->promise.get_future().get(), "2");
  EXPECT_EQ(receipts_.size(), 1U);
}

TEST_F(DueReceiptsTest, SeveralMayWaitForOneSignature) {
  const auto first = promise(1, 1ms);
  const auto second = promise(1, 2ms);
  EXPECT_EQ(first->promise.get_future().get(), "1");
  EXPECT_EQ(second->promise.get_future().get(), "1");
}

TEST_F(DueReceiptsTest, AtTheEndAllAreGivenWhoeverCameBeforeOrAfter) {
  const auto before = promise(1, 1h);
  receipts_.give_all_by(Deadline::Clock::now() + 1ms);
  const auto after = promise(2, 1h);
  EXPECT_EQ(before->promise.get_future().get(), "1");
  EXPECT_EQ(after->promise.get_future().get(), "2");
  EXPECT_EQ(receipts_.size(), 0U);
}

TEST_F(DueReceiptsTest, NothingIsKeptOfWhatIsAnswered) {
  auto responder = promise(1, 1h);
  promise(1, 1h);
  const auto other = promise(2, 1h);
  const std::weak_ptr<Responder> kept = responder;
  responder.reset();
  receipts_.forget(1);
  EXPECT_TRUE(kept.expired());
  EXPECT_EQ(receipts_.size(), 1U);
  receipts_.forget(3);
  EXPECT_EQ(receipts_.size(), 1U);
}

}  // namespace
}  // namespace chancery::daemon
