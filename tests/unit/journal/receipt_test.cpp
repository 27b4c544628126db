#include "daemon/journal/receipt.h"

#include <gtest/gtest.h>

namespace chancery::daemon {
namespace {

TEST(Receipt, NamesItsRequest) {
  const Receipts receipts("instance one");
  for (const RequestId id :
       {RequestId{1}, RequestId{255}, RequestId{1'000'000}, (RequestId{1} << 48) - 1}) {
    const std::string receipt = receipts.receipt_for(id);
    EXPECT_EQ(receipt.size(), 26U);
    EXPECT_EQ(receipts.request_of(receipt).value(), id) << receipt;
  }
}

TEST(Receipt, OfAnotherInstanceIsRefused) {
  const std::string receipt = Receipts("instance one").receipt_for(7);
  const auto refused = Receipts("instance two").request_of(receipt);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "RECEIPT_OF_ANOTHER_INSTANCE");
}

TEST(Receipt, WithOneCharacterChangedNamesNothing) {
  const Receipts receipts("instance one");
  const std::string receipt = receipts.receipt_for(7);
  for (std::size_t i = 2; i < receipt.size(); ++i) {
    std::string changed = receipt;
    changed[i] = changed[i] == 'a' ? 'b' : 'a';
    EXPECT_FALSE(receipts.request_of(changed).ok()) << changed;
  }
}

TEST(Receipt, OfAnotherShapeIsMalformed) {
  const Receipts receipts("instance one");
  const std::string receipt = receipts.receipt_for(7);
  for (const std::string& text :
       {std::string(), std::string("r-"), receipt + "a", receipt.substr(0, 25),
        "x" + receipt.substr(1), "r-" + std::string(24, '1'), "r-" + std::string(24, 'A')}) {
    const auto refused = receipts.request_of(text);
    ASSERT_FALSE(refused.ok()) << text;
    EXPECT_EQ(refused.error().reason, "RECEIPT_MALFORMED") << text;
  }
}

}  // namespace
}  // namespace chancery::daemon
