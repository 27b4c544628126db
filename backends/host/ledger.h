// The requests of one key host: which wait, which are with it, which of those may have begun.
// Pure: no locks, clock or sockets.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "backends/key_backend.h"
#include "core/crypto/public_key.h"

namespace chancery::host {

using Time = Deadline::Clock::time_point;

// A key as its host listed it, ready to check what it signs.
struct KnownKey {
  KeyInfo info;
  PublicKey public_key;
};

struct Request {
  std::shared_ptr<const KnownKey> key;
  Bytes input;
  Deadline deadline;
  std::function<void(Result<Bytes>)> done;
};

// A host takes what it is sent in order, each of its threads one at a time, and answers before it
// takes another. So of the unanswered only the oldest `threads` can have begun: those alone are in
// doubt when it dies, the others are sent again to the next one.
class Ledger {
 public:
  Ledger(std::size_t window, std::chrono::milliseconds answer_max,
         std::chrono::milliseconds late_answer_max)
      : window_(window), answer_max_(answer_max), late_answer_max_(late_answer_max) {}

  std::size_t size() const { return waiting_.size() + answerable_; }
  bool idle() const { return sent_.empty(); }  // nothing is with the host
  bool empty() const { return waiting_.empty() && sent_.empty(); }
  bool anything_to_send() const { return !waiting_.empty() && sent_.size() < window_; }
  // When there may be something to do for expired() or hangs(); no later than that.
  Time next_check() const { return next_check_; }

  void host_came(std::size_t threads) { threads_ = threads; }
  // From the one to the other a thread of the host has something else to do. Needs empty().
  void probe_sent() { busy_threads_ = 1; }
  void probe_answered(Time now);
  void add(Request request);
  // Needs anything_to_send(). The identifier under which it is sent.
  std::uint64_t next_id() const { return next_id_; }
  const Request& next() const { return waiting_.front(); }
  void sent(Time now);

  // What the host may answer under this identifier.
  enum class Awaited { yes, given_up, never_sent };
  Awaited awaited(std::uint64_t id) const;
  // Needs Awaited::yes or given_up; the latter has no `done` any more.
  Request answered(std::uint64_t id, Time now);

  struct Expired {
    std::vector<Request> waiting;  // never sent: nothing happened
    std::vector<Request> sent;     // it may have happened
  };
  // Takes out what has passed its deadline; a sent one gets late_answer_max more.
  Expired expired(Time now);
  // Whether one that has begun has had no answer for answer_max.
  bool hangs(Time now) const;

  // The host is gone. Returns what may have begun; the others wait again, in their order.
  std::vector<Request> host_went();
  // Takes out of the queue what `leaves` says.
  std::vector<Request> take_waiting(const std::function<bool(const Request&)>& leaves);

 private:
  struct Sent {
    Request request;
    Time begun_at{};  // no later than this it was among the oldest `threads`
    bool begun = false;
    bool given_up = false;
  };
  void mark_begun(Time now);
  void check_by(Time when) { next_check_ = std::min(next_check_, when); }

  std::size_t window_;
  std::chrono::milliseconds answer_max_;
  std::chrono::milliseconds late_answer_max_;
  std::size_t threads_ = 1;
  std::size_t busy_threads_ = 0;
  std::uint64_t next_id_ = 1;
  std::size_t answerable_ = 0;  // sent and not given up
  std::deque<Request> waiting_;
  std::map<std::uint64_t, Sent> sent_;  // by identifier, which is the order of sending
  Time next_check_ = Time::max();
};

}  // namespace chancery::host
