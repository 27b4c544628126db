// ttrpc frames: a header of 10 bytes and the bytes of one message. docs/wire.md has the rules.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/bytes.h"

namespace chancery::wire {

enum class FrameType : std::uint8_t { request = 1, response = 2, data = 3 };

namespace flags {
inline constexpr std::uint8_t none = 0;
inline constexpr std::uint8_t remote_closed = 1;  // the sender sends no more on this stream
inline constexpr std::uint8_t remote_open = 2;    // a request whose data follows
inline constexpr std::uint8_t no_data = 4;        // there is no message here, not an empty one
}  // namespace flags

// Both numbers are big-endian on the wire.
struct FrameHeader {
  std::uint32_t data_bytes = 0;
  std::uint32_t stream_id = 0;
  FrameType type = FrameType::request;  // may hold a number that has no name
  std::uint8_t flags = flags::none;
  bool operator==(const FrameHeader&) const = default;
};
inline constexpr std::size_t frame_header_bytes = 10;

FrameHeader parse_header(std::span<const std::uint8_t, frame_header_bytes> bytes);
std::array<std::uint8_t, frame_header_bytes> build_header(const FrameHeader& header);
// The header takes its data_bytes from `data`, which must fit limits::frame_bytes_max.
std::string build_frame(FrameHeader header, std::string_view data);

// Cuts a stream of bytes into frames. Judge each header before its data is gathered:
// memory follows what really arrived, never what a header announces.
class FrameReader {
 public:
  enum class Event {
    starved,  // all bytes are consumed
    header,   // header() is new: skip_data(), or go on
    frame,    // the frame is complete: take_data()
  };
  // Consumes from the front of `bytes` up to the next event.
  Event advance(ByteView& bytes);

  const FrameHeader& header() const { return header_; }
  std::string take_data() { return std::exchange(data_, {}); }
  // The rest of this frame is thrown away, and no frame event comes for it.
  void skip_data();
  bool is_amid_frame() const { return has_header() || header_filled_ > 0; }
  bool has_header() const { return state_ == State::in_data; }  // header() is of this frame
  // What it holds of an unfinished frame.
  std::size_t held_bytes() const { return data_.size(); }

 private:
  enum class State { between, in_data };
  bool fill_header(ByteView& bytes);
  bool fill_data(ByteView& bytes);

  State state_ = State::between;
  bool is_skipping_ = false;
  std::size_t header_filled_ = 0;
  std::array<std::uint8_t, frame_header_bytes> header_bytes_{};
  FrameHeader header_;
  std::size_t data_left_ = 0;
  std::string data_;
};

}  // namespace chancery::wire
