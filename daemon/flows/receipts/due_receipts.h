// Whoever waits for a signature leaves with its receipt before its own deadline has passed.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "daemon/finisher/agenda.h"
#include "daemon/journal/records.h"
#include "daemon/server/call.h"

namespace chancery::daemon {

// Thread-safe. Nothing is kept of a request that is answered.
class DueReceipts {
 public:
  using Time = Deadline::Clock::time_point;
  using Reply = std::function<Result<std::string>(RequestId id)>;

  // `reply` is the answer as it stands; called on a thread of its own, from the first promise() to
  // stop().
  explicit DueReceipts(Reply reply) : reply_(std::move(reply)) {}
  // Gives nothing more.
  void stop() { agenda_.stop(); }

  // Nobody waits longer, whatever was promised: the daemon ends.
  void give_all_by(Time latest);

  void promise(RequestId id, std::shared_ptr<Responder> responder, Time when);
  // All who wait for it have their answer.
  void forget(RequestId id);
  std::size_t size() const;

 private:
  struct Due {
    RequestId id;
    std::shared_ptr<Responder> responder;
  };
  using Queue = std::multimap<Time, Due>;

  void wake_for_first();
  void give_due();
  std::vector<Due> take_due(Time now);

  const Reply reply_;
  mutable std::mutex mutex_;
  Queue due_;
  std::multimap<RequestId, Queue::iterator> places_;
  std::optional<Time> wakes_at_;
  Time latest_ = Time::max();
  Agenda agenda_;  // last: its thread uses all the others
};

}  // namespace chancery::daemon
