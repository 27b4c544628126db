#include "wire/frame.h"

#include <algorithm>

#include "core/base/limits/socket.h"
#include "core/base/result.h"

namespace chancery::wire {
namespace {

// A header may announce 4 MiB and never send them.
constexpr std::size_t reserve_bytes_max = 64U << 10;

std::uint32_t parse_number(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]};
}

void build_number(std::uint8_t* bytes, std::uint32_t number) {
  for (int i = 3; i >= 0; --i, number >>= 8) bytes[i] = static_cast<std::uint8_t>(number);
}

}  // namespace

FrameHeader parse_header(std::span<const std::uint8_t, frame_header_bytes> bytes) {
  return {parse_number(&bytes[0]), parse_number(&bytes[4]), static_cast<FrameType>(bytes[8]),
          bytes[9]};
}

std::array<std::uint8_t, frame_header_bytes> build_header(const FrameHeader& header) {
  std::array<std::uint8_t, frame_header_bytes> bytes{};
  build_number(&bytes[0], header.data_bytes);
  build_number(&bytes[4], header.stream_id);
  bytes[8] = static_cast<std::uint8_t>(header.type);
  bytes[9] = header.flags;
  return bytes;
}

std::string build_frame(FrameHeader header, std::string_view data) {
  CHANCERY_ASSERT(data.size() <= limits::frame_bytes_max);
  header.data_bytes = static_cast<std::uint32_t>(data.size());
  const auto bytes = build_header(header);
  std::string frame;
  frame.reserve(bytes.size() + data.size());
  frame += as_text(bytes);
  frame += data;
  return frame;
}

FrameReader::Event FrameReader::advance(ByteView& bytes) {
  while (true) {
    if (state_ == State::between) {
      if (!fill_header(bytes)) return Event::starved;
      return Event::header;
    }
    if (!fill_data(bytes)) return Event::starved;
    state_ = State::between;
    if (!is_skipping_) return Event::frame;
    is_skipping_ = false;
  }
}

void FrameReader::skip_data() {
  is_skipping_ = true;
  data_ = std::string();
}

bool FrameReader::fill_header(ByteView& bytes) {
  const std::size_t count = std::min(bytes.size(), frame_header_bytes - header_filled_);
  std::copy_n(bytes.begin(), count, header_bytes_.begin() + static_cast<long>(header_filled_));
  bytes = bytes.subspan(count);
  header_filled_ += count;
  if (header_filled_ < frame_header_bytes) return false;

  header_ = parse_header(header_bytes_);
  header_filled_ = 0;
  state_ = State::in_data;
  data_left_ = header_.data_bytes;
  data_.clear();
  return true;
}

bool FrameReader::fill_data(ByteView& bytes) {
  const std::size_t count = std::min(bytes.size(), data_left_);
  if (!is_skipping_) {
    if (data_.empty()) data_.reserve(std::min(data_left_, reserve_bytes_max));
    data_ += as_text(bytes.first(count));
  }
  bytes = bytes.subspan(count);
  data_left_ -= count;
  return data_left_ == 0;
}

}  // namespace chancery::wire
