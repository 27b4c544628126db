// What was signed and not finished when the daemon stopped: taken up after its start.
#pragma once

#include <atomic>
#include <memory>

#include "daemon/flows/parts.h"

namespace chancery::daemon {

// One thread at a time. However many there are, only some are on their way at once, and no more get
// stuck than are remembered: each has its turn in this run.
class LeftBehind {
 public:
  explicit LeftBehind(std::size_t at_once_max = limits::left_behind_at_once_max)
      : at_once_max_(at_once_max) {}

  // Before anything new is accepted: what is signed later is not taken up.
  Result<void> look(const Parts& parts);
  // Takes up as many as there is room for. Each limits::stuck_look_interval.
  Result<void> go_on(const Parts& parts);

 private:
  struct OnTheirWay {
    std::atomic<std::size_t> count = 0;
    std::atomic<std::size_t> bytes = 0;  // of their statements
  };
  bool has_room(const Parts& parts) const;
  void take_up(const Parts& parts, RequestId id);

  const std::size_t at_once_max_;
  RequestId taken_up_to_ = 0;
  RequestId last_ = 0;
  // Whoever completes them may outlive this.
  const std::shared_ptr<OnTheirWay> on_their_way_ = std::make_shared<OnTheirWay>();
};

}  // namespace chancery::daemon
