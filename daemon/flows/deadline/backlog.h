// What has left before its logs had it: recorded from the journal, so that hours of it need no
// memory.
//
// Each log has a queue of its own: a few are carried at once, in the order in which they were
// accepted; the others lie in the journal until there is room. So a log that is away keeps nothing
// from another one. What all its logs have is put together for the archive, as after a restart.
// Once a second it is looked for what could not be taken before, and for what has become overdue.
#pragma once

#include <deque>
#include <mutex>
#include <string>

#include "daemon/flows/deadline/overdue_watch.h"
#include "daemon/flows/deadline/queue.h"
#include "daemon/flows/parts.h"

namespace chancery::daemon {

// Thread-safe. Works on the spool's thread.
class Backlog {
 public:
  // Once; `parts` outlive it.
  void start(const Parts& parts);
  // Carries nothing more. Before the spool ends.
  void stop();

  // Something has left. Before start() too: what a stop left behind may leave at once, and start()
  // looks for all that has.
  void wake();
  std::size_t carried() const;
  const OverdueWatch& overdue() const { return overdue_; }

 private:
  void open_queues();
  void report_missing_logs();
  void tick();
  void wake_locked();
  void look();
  bool is_stopped() const;
  void take(BacklogQueue& queue);
  bool carry(BacklogQueue& queue, RequestId id);
  Result<bool> record(BacklogQueue& queue, RequestId id);
  Result<bool> archive(RequestId id);
  void end(BacklogQueue& queue, RequestId id, const Result<void>& outcome);
  void drop(BacklogQueue& queue, RequestId id, const Result<void>& outcome);
  void note_trouble(const Error& error);

  const Parts* parts_ = nullptr;
  std::deque<BacklogQueue> queues_;   // by log; and the last one
  BacklogQueue* recorded_ = nullptr;  // what all logs have
  mutable std::mutex mutex_;          // of what follows
  bool is_looking_ = false;
  bool looks_again_ = false;
  bool starts_over_ = false;
  bool is_started_ = false;
  bool is_stopped_ = false;
  std::string trouble_;  // the last one told
  OverdueWatch overdue_;
};

}  // namespace chancery::daemon
