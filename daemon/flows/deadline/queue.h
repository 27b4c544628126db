// One log's part of the backlog: what is on its way there, and what comes next.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "core/base/deadline.h"
#include "core/base/limits/services.h"
#include "core/base/result.h"
#include "daemon/journal/records.h"

namespace chancery::daemon {

// Thread-safe, but for next(), start_over() and put(): those are called by the one thread that goes
// through the backlog.
class BacklogQueue {
 public:
  // What the journal has for this queue, in order, those after `after`.
  using Find =
      std::function<Result<std::vector<RequestId>>(RequestId after, std::size_t count_max)>;

  // Without a log: what all its logs have, and the archive has not.
  BacklogQueue(std::optional<std::string> log, Find find)
      : log_(std::move(log)), find_(std::move(find)) {}

  const std::optional<std::string>& log() const { return log_; }
  bool has_room() const;
  std::size_t carried() const;

  // The next to be carried; nothing: all have been looked at.
  Result<std::optional<RequestId>> next();
  // Those that were passed over are looked at again.
  void start_over();
  // It is next, wherever the journal has it.
  void put(RequestId id);

  // Takes its place. False: it has one already, or is left alone.
  bool begin(RequestId id);
  void weigh(RequestId id, std::uint64_t bytes);  // in memory, because of it
  void end(RequestId id);
  void leave_alone(RequestId id, Deadline::Clock::time_point until);

 private:
  std::optional<RequestId> take_next();

  const std::optional<std::string> log_;
  const Find find_;
  mutable std::mutex mutex_;                    // of what follows
  std::map<RequestId, std::uint64_t> carried_;  // with their bytes
  std::uint64_t carried_bytes_ = 0;
  std::map<RequestId, Deadline::Clock::time_point> left_alone_;  // until then
  std::deque<RequestId> next_;
  // Of whoever looks.
  RequestId looked_up_to_ = 0;
};

}  // namespace chancery::daemon
