// What arrives on one connection: frames become calls, or errors. The event loop's alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "daemon/server/dispatch.h"
#include "daemon/server/inbound.h"
#include "daemon/server/meter.h"
#include "daemon/server/outbox.h"
#include "wire/frame.h"
#include "wire/message.h"

namespace chancery::daemon {

// What runs out while clients that say nothing hold it.
enum class Room { requests, bytes };

class Connection {
 public:
  using Time = Deadline::Clock::time_point;
  struct Parts {
    policy::Peer peer;
    Meters meters;  // this connection's
    std::shared_ptr<Outbox> outbox;
    std::shared_ptr<const Dispatch> dispatch;
    std::function<void()> call_loop;
    std::function<bool(Room)> make_room;  // where there is none: whether it made some
  };

  explicit Connection(Parts parts) : parts_(std::move(parts)) {}
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void input(ByteView bytes, Time now);
  void end_input() { is_ending_ = true; }  // answers under way may still leave
  // Each new request is answered so, and so is what has not wholly arrived.
  void take_no_more(const Error& answer);
  // The first request is answered so, and that is the end.
  void refuse(Error answer);
  bool is_refused() const { return refuses_all_; }

  // False: let the client wait until it has read, or the flows have caught up.
  bool wants_input();
  bool is_finished() const;  // nothing more will come or go
  bool is_idle() const;      // between requests
  // Since when nothing here is the daemon's to do, but the client is to go on, or to read; nothing
  // where something is. What the client itself has said or read meanwhile does not count.
  std::optional<Time> silent_since() const;
  // What waits for the client alone and holds such room: a stream, or half a frame.
  struct Silence {
    Time since;
    std::uint32_t stream_id;
  };
  std::optional<Silence> longest_silence(Room room) const;
  void end_silence(Room room, const Silence& silence);  // which was just told
  std::uint64_t calls() const { return calls_; }        // so far
  const policy::Peer& peer() const { return parts_.peer; }
  Outbox& outbox() { return *parts_.outbox; }
  // How long a client may be silent in the middle of what it says.
  struct Patience {
    std::chrono::milliseconds partial_frame;
    MinimumPace stream;
  };
  // What is late: half a frame, streams that stand still or are past their deadline.
  void check_time(Time now, const Patience& patience);
  // The client has gone, or must go.
  void close();

 private:
  void look_behind();
  std::optional<Error> judge_header(const wire::FrameHeader& header);
  std::optional<Error> judge_request(const wire::FrameHeader& header);
  std::optional<Error> judge_data(const wire::FrameHeader& header) const;
  bool hold_bytes(std::size_t count);
  void object(const wire::FrameHeader& header, Error error);
  void check_streams(Time now, MinimumPace pace);
  void end_half_frame(Error answer);
  void skip_frame();
  void hear_arriving(Time now);
  std::size_t arriving_bytes(std::uint32_t stream_id) const;
  void take_frame();
  void take_data(const wire::FrameHeader& header, std::string data);
  Result<void> take_request(const wire::FrameHeader& header, std::string_view data);
  void start(const Dispatch::Row& row, std::uint32_t id, wire::Request request, Holding place);
  Holding take_bytes();
  bool find_place(Holding& place);

  const Parts parts_;
  wire::FrameReader reader_;
  Holding bytes_ = Holding(parts_.meters.request_bytes);  // of the frame that is arriving
  std::uint32_t last_id_ = 0;
  std::map<std::uint32_t, std::shared_ptr<Inbound>> inbound_;  // until the client has ended it
  std::optional<Error> refusal_;
  bool refuses_all_ = false;
  bool is_ending_ = false;
  bool is_behind_ = false;  // there is more of a stream here than its flow has taken
  Time last_input_{};
  std::uint64_t calls_ = 0;
  std::optional<Time> partial_since_;  // when the unfinished frame began
};

}  // namespace chancery::daemon
