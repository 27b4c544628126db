#include "daemon/journal/payload_store.h"

#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "tests/support/temporary_directory.h"

namespace chancery::daemon {
namespace {

class PayloadStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() { store_ = PayloadStore::open(directory_ / "payloads").value(); }
  std::filesystem::path path_of(const Sha256& name) {
    return directory_ / "payloads" / hex_encode(name);
  }
  static Result<bool> nobody(const Sha256&) { return false; }
  static Result<bool> everybody(const Sha256&) { return true; }

  testing::TemporaryDirectory directory_;
  std::unique_ptr<PayloadStore> store_;
};

TEST_F(PayloadStoreTest, GivesBackWhatWasWrittenUnderItsHash) {
  const std::string payload(3'000'000, 'x');
  const Sha256 name = *store_->write(as_bytes(payload)).value();
  EXPECT_EQ(name, sha256(as_bytes(payload)));
  EXPECT_EQ(*store_->write(as_bytes(payload)).value(), name);
  EXPECT_EQ(store_->size(name).value(), payload.size());
  EXPECT_EQ(store_->read(name).value(), payload);
  EXPECT_EQ(store_->read_at(name, 2'999'990, 100)->size(), 10U);
  EXPECT_TRUE(store_->read_at(name, 3'000'000, 100)->empty());
}

TEST_F(PayloadStoreTest, MissingAndDamagedFilesAreSaidToBeSo) {
  const Sha256 name = *store_->write(as_bytes("payload")).value();
  testing::write_text(path_of(name), "paylOad");
  EXPECT_EQ(store_->read(name).error().reason, "PAYLOAD_DAMAGED");
  std::filesystem::remove(path_of(name));
  EXPECT_EQ(store_->read(name).error().reason, "PAYLOAD_MISSING");
}

TEST_F(PayloadStoreTest, HeldItIsNotRemovedThoughNobodyNamesIt) {
  auto first = store_->write(as_bytes("payload")).value();
  auto second = store_->write(as_bytes("payload")).value();
  const Sha256 name = *first;
  for (auto* held : {&first, &second}) {
    ASSERT_TRUE(store_->remove({name}, nobody).ok());
    EXPECT_TRUE(std::filesystem::exists(path_of(name)));
    held->reset();
  }
  ASSERT_TRUE(store_->remove({name}, nobody).ok());
  EXPECT_FALSE(std::filesystem::exists(path_of(name)));
}

TEST_F(PayloadStoreTest, ReserveOfTheDiskIsNotForPayloads) {
  const std::uint64_t all = std::filesystem::space(directory_.path()).capacity;
  store_ = PayloadStore::open(directory_ / "payloads", all).value();
  const auto refused = store_->write(as_bytes(std::string(64U << 20, 'x')));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "JOURNAL_DISK_FULL");
  EXPECT_TRUE(std::filesystem::is_empty(directory_ / "payloads"));
}

TEST_F(PayloadStoreTest, OrphansAreRemovedAtStart) {
  const Sha256 name = *store_->write(as_bytes("payload")).value();
  testing::write_text(path_of(name).string() + ".part", "half");
  open();
  ASSERT_TRUE(store_->remove_orphans(everybody).ok());
  EXPECT_TRUE(std::filesystem::exists(path_of(name)));
  EXPECT_FALSE(std::filesystem::exists(path_of(name).string() + ".part"));
  ASSERT_TRUE(store_->remove_orphans(nobody).ok());
  EXPECT_FALSE(std::filesystem::exists(path_of(name)));
}

}  // namespace
}  // namespace chancery::daemon
