// Any bytes as ttrpc frames, in pieces of any size: the pieces make no difference, and what is read
// as a message can be written and read again.
#include <cstdlib>
#include <string>
#include <vector>

#include "core/base/limits/socket.h"
#include "wire/frame.h"
#include "wire/message.h"

namespace {

using namespace chancery;
using Event = wire::FrameReader::Event;

std::vector<std::string> read_frames(std::string_view bytes, std::size_t piece) {
  std::vector<std::string> frames;
  wire::FrameReader reader;
  while (!bytes.empty()) {
    ByteView arrived = as_bytes(bytes.substr(0, piece));
    for (Event event; (event = reader.advance(arrived)) != Event::starved;) {
      if (event == Event::frame) {
        frames.push_back(wire::build_frame(reader.header(), reader.take_data()));
      } else if (reader.header().data_bytes > limits::frame_bytes_max) {
        reader.skip_data();
      }
    }
    if (reader.held_bytes() > limits::frame_bytes_max) std::abort();
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  return frames;
}

void check_messages(std::string_view data) {
  const Result<wire::Request> request = wire::parse_request(data);
  if (request.ok()) {
    const std::string frame = wire::build_request(1, 0, *request).value();
    const auto again = wire::parse_request(frame.substr(wire::frame_header_bytes)).value();
    if (again.service != request->service || again.payload != request->payload) std::abort();
  }
  const Result<std::string> answer = wire::parse_response(data);
  if (!answer.ok() && answer.error().reason == "ANSWER_MALFORMED") return;
  const std::string frame = wire::build_response(1, answer);
  const auto again = wire::parse_response(frame.substr(wire::frame_header_bytes));
  if (again.ok() != answer.ok()) std::abort();
  if (!again.ok() && again.error().code != answer.error().code) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wire::silence_parser();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> whole = read_frames(bytes, size + 1);
  for (const std::size_t piece : {1U, 3U, 11U}) {
    if (read_frames(bytes, piece) != whole) std::abort();
  }
  for (const std::string& frame : whole) {
    check_messages(std::string_view(frame).substr(wire::frame_header_bytes));
  }
  return 0;
}
