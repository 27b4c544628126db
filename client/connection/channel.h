// The streams that share one socket. There is no reading thread: whoever waits reads, and hands
// the others what is theirs, so that a lone caller pays for no switch between threads.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/deadline.h"
#include "core/base/result.h"
#include "wire/descriptor.h"
#include "wire/frame.h"
#include "wire/message.h"

namespace chancery::client {

// Guarded by its channel's mutex, but for the constants.
struct Stream {
  Stream(std::uint32_t its_id, bool is_download, Deadline until)
      : id(its_id), takes_messages(is_download), deadline(until) {}
  const std::uint32_t id;
  const bool takes_messages;  // a server stream
  const Deadline deadline;
  bool is_sent = false;  // the daemon may have all it needs to act
  std::deque<std::string> messages;
  std::optional<Result<std::string>> answer;
  std::condition_variable changed;
};

class Channel {
 public:
  explicit Channel(wire::Descriptor socket) : socket_(std::move(socket)) {}

  // Never fails: an error waits in the stream.
  std::shared_ptr<Stream> begin(std::uint8_t flags, const wire::Request& request, Deadline deadline,
                                bool takes_messages);
  // `is_last`: with this frame the daemon has all it needs.
  Result<void> send(Stream& stream, std::string_view frame, bool is_last);
  Result<std::string> wait_for_answer(Stream& stream);
  Result<std::optional<std::string>> wait_for_message(Stream& stream);
  void forget(const Stream& stream);

 private:
  using Lock = std::unique_lock<std::mutex>;
  enum class Written { whole, late, lost, torn };

  Written write(std::string_view frame, Deadline deadline);
  std::optional<Error> look_for_refusal(Stream& stream);
  void note(Written written, Stream& stream) const;
  bool wait_until_writable(Deadline deadline);
  void wait_until_changed(Lock& lock, Stream& stream);
  void read_once(Lock& lock, Deadline deadline);
  void deliver(ByteView bytes);
  void deliver_frame(Stream& stream);
  void lose(const std::string& why);
  void pass_reading_on();
  Error late(const Stream& stream) const;
  Error lost(const Stream& stream) const;

  const wire::Descriptor socket_;

  std::mutex writing_;  // taken before mutex_: ids leave in rising order, frames whole
  std::uint32_t next_id_ = 1;
  bool is_torn_ = false;  // half a frame was written: nothing can follow it

  std::mutex mutex_;
  std::map<std::uint32_t, std::shared_ptr<Stream>> streams_;
  std::set<Stream*> waiting_;  // for the reader to hand them something, or its place
  bool is_reading_ = false;
  std::optional<std::string> lost_;  // why nothing more will be read
  wire::FrameReader reader_;         // the reading thread's, under mutex_
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(64U << 10);  // the reading thread's
};

}  // namespace chancery::client
