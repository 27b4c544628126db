#include "wire/frame.h"

#include <gtest/gtest.h>

#include "core/base/encoding.h"

namespace chancery::wire {
namespace {

using Event = FrameReader::Event;

// All frames in `bytes`, which arrive in pieces of `piece` bytes.
std::vector<std::pair<FrameHeader, std::string>> read_all(std::string_view bytes,
                                                          std::size_t piece) {
  std::vector<std::pair<FrameHeader, std::string>> frames;
  FrameReader reader;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    ByteView arrived = as_bytes(bytes.substr(0, piece));
    for (Event event; (event = reader.advance(arrived)) != Event::starved;) {
      if (event == Event::frame) frames.emplace_back(reader.header(), reader.take_data());
    }
    EXPECT_TRUE(arrived.empty());
  }
  EXPECT_FALSE(reader.is_amid_frame());
  return frames;
}

TEST(Frame, AHeaderHasTenBytesBigEndian) {
  const FrameHeader header{0x00010203, 0x04050607, FrameType::data,
                           flags::remote_closed | flags::no_data};
  EXPECT_EQ(hex_encode(build_header(header)), "00010203040506070305");
  EXPECT_EQ(parse_header(build_header(header)), header);
}

TEST(Frame, AFrameIsItsHeaderAndItsData) {
  EXPECT_EQ(hex_encode(as_bytes(build_frame({0, 1, FrameType::request, 0}, "hi"))),
            "000000020000000101006869");
}

TEST(Frame, FramesAreCutOutOfAnyPieces) {
  const std::string bytes = build_frame({0, 1, FrameType::request, 0}, "one") +
                            build_frame({0, 3, FrameType::data, flags::remote_open}, "") +
                            build_frame({0, 5, FrameType::response, 0}, std::string(300, 'x'));
  for (const std::size_t piece : {1U, 2U, 9U, 10U, 11U, 100U, 1000U}) {
    const auto frames = read_all(bytes, piece);
    ASSERT_EQ(frames.size(), 3U) << piece;
    EXPECT_EQ(frames[0].second, "one");
    EXPECT_EQ(frames[1].first, (FrameHeader{0, 3, FrameType::data, flags::remote_open}));
    EXPECT_EQ(frames[1].second, "");
    EXPECT_EQ(frames[2].first.stream_id, 5U);
    EXPECT_EQ(frames[2].second.size(), 300U);
  }
}

TEST(Frame, WhatIsSkippedIsNeitherKeptNorTold) {
  const std::string bytes = build_frame({0, 1, FrameType::request, 0}, std::string(5000, 'x')) +
                            build_frame({0, 3, FrameType::request, 0}, "next");
  FrameReader reader;
  ByteView first = as_bytes(bytes).first(1000);
  ASSERT_EQ(reader.advance(first), Event::header);
  ASSERT_EQ(reader.advance(first), Event::starved);
  EXPECT_EQ(reader.held_bytes(), 990U);
  reader.skip_data();
  EXPECT_EQ(reader.held_bytes(), 0U);
  ByteView rest = as_bytes(bytes).subspan(1000);
  ASSERT_EQ(reader.advance(rest), Event::header);
  EXPECT_EQ(reader.header().stream_id, 3U);
  ASSERT_EQ(reader.advance(rest), Event::frame);
  EXPECT_EQ(reader.take_data(), "next");
}

TEST(Frame, HalfAHeaderIsAmidAFrameWithoutOne) {
  FrameReader reader;
  ByteView bytes = as_bytes(std::string_view("\0\0\0\5", 4));
  EXPECT_EQ(reader.advance(bytes), Event::starved);
  EXPECT_TRUE(reader.is_amid_frame());
  EXPECT_FALSE(reader.has_header());
}

}  // namespace
}  // namespace chancery::wire
