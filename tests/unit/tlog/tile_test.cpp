#include "core/tlog/tile.h"

#include <gtest/gtest.h>

#include <map>

#include "core/base/limits/bundles.h"

namespace chancery::tlog {
namespace {

TEST(Tile, PathsAreThoseOfTheSpecification) {
  EXPECT_EQ(tile_path({0, 5, 256}), "tile/0/005");
  EXPECT_EQ(tile_path({0, 1234067, 256}), "tile/0/x001/x234/067");
  EXPECT_EQ(tile_path({3, 1234067, 17}), "tile/3/x001/x234/067.p/17");
  EXPECT_EQ(tile_path({0, 999, 256}), "tile/0/999");
  EXPECT_EQ(tile_path({0, 1000, 1}), "tile/0/x001/000.p/1");
  EXPECT_EQ(entries_path(273, 112), "tile/entries/273.p/112");
  EXPECT_EQ(entries_path(1000000, 256), "tile/entries/x001/x000/000");
}

TEST(Tile, WidthsAreThoseOfTheSpecificationsExamples) {
  // tlog-tiles: "a tree of size 70,000 will be represented by 273 full level 0 tiles, one partial
  // level 0 tile of width 112, one full level 1 tile, one partial level 1 tile of width 17, and one
  // partial level 2 tile of width 1".
  EXPECT_EQ(partial_width(0, 272, 70000), 256U);
  EXPECT_EQ(partial_width(0, 273, 70000), 112U);
  EXPECT_EQ(partial_width(0, 274, 70000), 0U);
  EXPECT_EQ(partial_width(1, 0, 70000), 256U);
  EXPECT_EQ(partial_width(1, 1, 70000), 17U);
  EXPECT_EQ(partial_width(2, 0, 70000), 1U);
  EXPECT_EQ(partial_width(3, 0, 70000), 0U);
  EXPECT_EQ(partial_width(8, 0, ~std::uint64_t{0}), 0U);
  // "a tree of size 256 will be represented by a full level 0 tile and a partial level 1 tile of
  // width 1".
  EXPECT_EQ(new_tiles(0, 256), (std::vector<TileId>{{0, 0, 256}, {1, 0, 1}}));
  EXPECT_EQ(new_tiles(0, 70000).size(), 273U + 1 + 1 + 1 + 1);
}

TEST(Tile, NewTilesAreThoseWhoseWidthGrew) {
  EXPECT_TRUE(new_tiles(5, 5).empty());
  EXPECT_TRUE(new_tiles(0, 0).empty());
  for (const std::uint64_t from : {0U, 1U, 255U, 256U, 257U, 511U, 65535U, 65536U, 65700U}) {
    for (const std::uint64_t grown : {1U, 2U, 255U, 256U, 300U, 70000U}) {
      std::map<std::pair<unsigned, std::uint64_t>, unsigned> found;
      for (const TileId& tile : new_tiles(from, from + grown)) {
        EXPECT_TRUE(found.emplace(std::pair(tile.level, tile.index), tile.width).second);
      }
      for (unsigned level = 0; level < 4; ++level) {
        for (std::uint64_t index = 0; index < 600; ++index) {
          const unsigned before = partial_width(level, index, from);
          const unsigned after = partial_width(level, index, from + grown);
          const auto tile = found.find({level, index});
          ASSERT_EQ(tile != found.end(), before != after)
              << from << "+" << grown << ": " << level << "/" << index;
          if (tile != found.end()) {
            ASSERT_EQ(tile->second, after);
          }
        }
      }
    }
  }
}

TEST(EntryBundle, ReadsWhatItWrites) {
  std::vector<Bytes> entries = {{}, {1}, Bytes(limits::entry_bytes_max, 7)};
  EXPECT_EQ(*decode_entries(encode_entries(entries)), entries);
  entries.assign(tile_width, {42});
  const Bytes bundle = encode_entries(entries);
  EXPECT_EQ((Bytes{bundle.begin(), bundle.begin() + 6}), (Bytes{0, 1, 42, 0, 1, 42}));
  EXPECT_EQ(*decode_entries(bundle), entries);
}

TEST(EntryBundle, WhatEndsEarlyOrHoldsTooManyIsMalformed) {
  const Bytes good = encode_entries({{1, 2, 3}});
  for (std::size_t length = 1; length < good.size(); ++length) {
    EXPECT_EQ(decode_entries(ByteView(good).first(length)).error().reason,
              "ENTRY_BUNDLE_MALFORMED");
  }
  EXPECT_EQ(decode_entries(encode_entries(std::vector<Bytes>(257))).error().reason,
            "ENTRY_BUNDLE_MALFORMED");
}

}  // namespace
}  // namespace chancery::tlog
