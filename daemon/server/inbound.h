// Carries the messages of a client stream from the event loop to its flow.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/base/pace.h"
#include "daemon/server/call.h"
#include "daemon/server/dispatch.h"
#include "daemon/server/meter.h"

namespace chancery::daemon {

class Inbound : public std::enable_shared_from_this<Inbound> {
 public:
  struct Message {
    std::string data;
    Holding bytes;
  };
  // `call_loop` tells the event loop that a full queue has room again.
  Inbound(std::shared_ptr<const Dispatch> dispatch, const Dispatch::Row& row, Call call,
          std::function<void()> call_loop);

  // --- The event loop's ---
  void push(Message message);
  void hear(PaceWatch::Time now) { heard_ = now; }  // the client says something, or a part of it
  // Since when it waits for the client alone; nothing where something is the daemon's to do.
  std::optional<PaceWatch::Time> silent_since();
  void close();            // the client has said everything
  void end(Error answer);  // it ends here, without finish()
  bool is_full();
  bool is_late();  // the client has not said everything by the deadline
  // Whether the client says too little, though it has more to say: `arriving` is how much of its
  // next message has come. What it says while `we_are_behind` and do not read is not judged.
  bool is_stalled(PaceWatch::Time now, MinimumPace pace, std::size_t arriving, bool we_are_behind);

 private:
  using Lock = std::unique_lock<std::mutex>;
  void wake(Lock& lock);
  void run();
  bool step(Lock& lock);
  bool begin();
  bool receive(Message message);
  bool finish();
  bool fail(const Error& error);
  bool holds_too_much() const;

  const std::shared_ptr<const Dispatch> dispatch_;
  const Dispatch::Row& row_;
  const std::shared_ptr<Responder> responder_;
  const Deadline deadline_;
  const std::function<void()> call_loop_;

  PaceWatch::Time heard_{};  // the event loop's

  std::mutex mutex_;
  std::deque<Message> queue_;
  std::size_t queued_bytes_ = 0;
  std::size_t received_bytes_ = 0;  // in all
  PaceWatch arrival_;
  bool is_closed_ = false;
  bool is_ended_ = false;
  bool is_running_ = false;   // on a pool thread, or about to be
  PaceWatch::Time rested_{};  // when it last ceased to be
  bool loop_waits_ = false;   // for room

  // Only the running pool thread's.
  Call call_;
  bool has_begun_ = false;
  std::unique_ptr<InboundStream> stream_;
};

}  // namespace chancery::daemon
