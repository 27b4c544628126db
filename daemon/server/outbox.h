// The frames that leave on one connection. Whoever has a frame writes it at once if the socket
// takes it; only what the client is too slow to read is left to the event loop.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/deadline.h"
#include "core/base/pace.h"
#include "daemon/server/meter.h"
#include "wire/descriptor.h"

namespace chancery::daemon {

class Outbox {
 public:
  // `call_loop` asks the event loop to look at this connection; any thread calls it.
  Outbox(wire::Descriptor socket, std::shared_ptr<Meter> unsent_bytes,
         std::function<void()> call_loop);
  ~Outbox();

  // --- Any thread ---
  // To no effect when the client has gone. Past its bound of unsent bytes the connection ends.
  void push(std::string frame);
  // True when there is room for more; otherwise `when_room` is called, once, when there is or when
  // the client has gone.
  bool has_room(std::function<void()> when_room);
  bool is_closed() const;

  // --- The event loop's ---
  struct State {
    bool is_empty;
    bool is_blocked;                     // flush() when the socket takes more
    bool is_clogged;                     // much is unread: read no more from such a client
    bool is_broken;                      // the client has gone, or is past its bound
    Deadline::Clock::time_point pushed;  // when the last frame was
  };
  State state() const;
  void flush();
  // Whether the client has stopped reading, though there is something for it.
  bool is_stalled(Deadline::Clock::time_point now, MinimumPace pace);
  void close();

 private:
  using Lock = std::unique_lock<std::mutex>;
  void write_out(Lock& lock);
  void send_some(Lock& lock);
  void count_sent(std::size_t bytes);
  void drop_all();
  void finish(Lock& lock, bool calls_loop);

  const std::shared_ptr<Meter> meter_;
  const std::function<void()> call_loop_;

  mutable std::mutex mutex_;
  wire::Descriptor socket_;
  std::deque<std::string> unsent_;
  std::size_t front_sent_bytes_ = 0;  // of unsent_.front()
  std::size_t unsent_bytes_ = 0;
  std::size_t sent_bytes_ = 0;  // in all
  Deadline::Clock::time_point pushed_{};
  bool is_writing_ = false;  // a thread is in sendmsg, outside the mutex
  bool is_blocked_ = false;
  bool is_broken_ = false;
  bool is_closed_ = false;
  std::vector<std::function<void()>> waiting_for_room_;
  PaceWatch reading_;
};

}  // namespace chancery::daemon
