#include "daemon/local_log/sound_files.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

Bytes content_of(const std::vector<tlog::Hash>& hashes) {
  Bytes content;
  for (const tlog::Hash& hash : hashes) content.insert(content.end(), hash.begin(), hash.end());
  return content;
}

// A tile of the second level over 256 others.
class UpperTile : public ::testing::Test {
 protected:
  UpperTile() {
    for (const char* directory : {"tile", "tile/0", "tile/1"}) {
      EXPECT_TRUE(files_->make_directory(directory).ok());
    }
    for (std::uint64_t child = 0; child < tlog::tile_width; ++child) {
      std::vector<tlog::Hash> hashes;
      for (std::uint64_t i = 0; i < tlog::tile_width; ++i) {
        hashes.push_back(tlog::leaf_hash(as_bytes(std::to_string(child * tlog::tile_width + i))));
      }
      write({0, child, 256}, hashes);
      upper_.push_back(root_of(hashes));
    }
    write({1, 0, 256}, upper_);
  }
  static tlog::Hash root_of(std::vector<tlog::Hash> row) {
    for (; row.size() > 1; row.resize(row.size() / 2)) {
      for (std::size_t i = 0; i < row.size() / 2; ++i) {
        row[i] = tlog::node_hash(row[2 * i], row[2 * i + 1]);
      }
    }
    return row.front();
  }
  void write(const tlog::TileId& id, const std::vector<tlog::Hash>& hashes) {
    EXPECT_TRUE(files_->write(tlog::tile_path(id), content_of(hashes)).ok());
  }

  void remove(const tlog::TileId& id) {
    std::filesystem::remove(directory_ / "log" / tlog::tile_path(id));
  }

  TemporaryDirectory directory_;
  std::unique_ptr<daemon::Files> files_ = daemon::Files::open(directory_ / "log").value();
  daemon::Alarms alarms_{[] { return WallTime(); }};
  daemon::SoundFiles sound_{*files_, [](auto, auto) { return std::vector<daemon::SignedRecord>(); },
                            alarms_};
  std::vector<tlog::Hash> upper_;
};

TEST_F(UpperTile, IsMadeAnewFromThoseBelowIt) {
  std::vector<tlog::Hash> changed = upper_;
  changed[7][0] ^= 1;
  write({1, 0, 256}, changed);
  EXPECT_EQ(sound_.read_tile(1, 0, root_of(upper_)).value(), upper_);
  EXPECT_EQ(files_->read("tile/1/000", 8192).value(), content_of(upper_));
  EXPECT_TRUE(alarms_.standing().empty());
}

TEST_F(UpperTile, IsNotMadeFromOthers) {
  std::vector<tlog::Hash> other = upper_;
  other[7][0] ^= 1;
  EXPECT_EQ(sound_.read_tile(1, 0, root_of(other)).error().reason, "TILE_DAMAGED");
  EXPECT_EQ(files_->read("tile/1/000", 8192).value(), content_of(upper_)) << "left as it was";
  EXPECT_EQ(alarms_.standing().size(), 1U);
}

TEST_F(UpperTile, ThatWasDamagedIsLookedAtAgainUntilItIsPutBack) {
  std::vector<tlog::Hash> changed = upper_;
  changed[7][0] ^= 1;
  write({1, 0, 256}, changed);
  remove({0, 7, 256});
  EXPECT_EQ(sound_.read_tile(1, 0, root_of(upper_)).error().reason, "TILE_DAMAGED");
  sound_.look_again();
  EXPECT_EQ(alarms_.standing().size(), 1U);
  write({1, 0, 256}, upper_);
  EXPECT_EQ(alarms_.standing().size(), 1U) << "nobody has looked";
  sound_.look_again();
  EXPECT_TRUE(alarms_.standing().empty());
}

// The alarm is of all that is damaged.
TEST_F(UpperTile, IsLookedAtBesideEntries) {
  std::vector<Bytes> entries;
  std::vector<tlog::Hash> leaves;
  for (int i = 0; i < 5; ++i) {
    entries.push_back(to_bytes(as_bytes(std::to_string(i))));
    leaves.push_back(tlog::leaf_hash(entries.back()));
  }
  ASSERT_TRUE(files_->make_directory("tile/entries").ok());
  ASSERT_TRUE(files_->make_directory("tile/entries/000.p").ok());
  const std::string bundle = tlog::entries_path(0, 5);
  ASSERT_TRUE(files_->write(bundle, to_bytes(as_bytes("damaged"))).ok());
  remove({0, 7, 256});
  remove({1, 0, 256});
  EXPECT_FALSE(sound_.read_entries(0, leaves).ok());
  EXPECT_EQ(sound_.read_tile(1, 0, root_of(upper_)).error().reason, "TILE_MISSING");
  ASSERT_TRUE(files_->write(bundle, tlog::encode_entries(entries)).ok());
  for (int i = 0; i < 3; ++i) sound_.look_again();
  EXPECT_EQ(alarms_.standing().size(), 1U);
  write({1, 0, 256}, upper_);
  for (int i = 0; i < 3; ++i) sound_.look_again();
  EXPECT_TRUE(alarms_.standing().empty());
}

}  // namespace
}  // namespace chancery::testing
