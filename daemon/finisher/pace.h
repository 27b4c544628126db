// How fast one service is asked: so many at once, so many a second, and left alone when it fails.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <random>

#include "core/base/limits/services.h"
#include "daemon/finisher/agenda.h"

namespace chancery::daemon {

struct PaceOptions {
  std::size_t window_max = limits::destination_window_max;
  std::optional<double> per_second = std::nullopt;  // nothing: as fast as it answers
  // Copies of core/base/limits, so that tests can reach them.
  std::chrono::milliseconds pause_min = limits::destination_pause_min;
  std::chrono::milliseconds pause_max = limits::destination_pause_max;
};

// On the agenda's thread alone. Turns are given in the order in which they were asked for. A
// failure halves what may be in flight and makes everybody pause; each success doubles it.
class Pace {
 public:
  using Time = Agenda::Time;
  using Turn = std::function<void(bool is_granted)>;  // false: the finisher stops
  using Leave = std::function<void()>;

  Pace(Agenda& agenda, PaceOptions options)
      : agenda_(agenda),
        options_(options),
        window_(options.window_max),
        tokens_(options.per_second.value_or(0)),
        random_(std::random_device()()) {}

  // Each granted turn must end, with one of the two below.
  // Whoever has a choice passes `leave`: called in place of the turn once a pause begins or grows.
  void ask_for_turn(Turn turn, Time not_before = Deadline::Clock::now(), Leave leave = nullptr);
  void succeed();
  void fail(std::optional<std::chrono::seconds> retry_after);

  // Nobody waits any more, and nobody will.
  void stop();

  bool is_pausing() const { return Deadline::Clock::now() < paused_until_; }
  // It failed, and somebody finds out whether it still does: no place to wait for whoever has a
  // choice.
  bool is_doubtful() const { return is_pausing() || (failures_ > 0 && in_flight_ > 0); }
  Time paused_until() const { return paused_until_; }
  std::size_t waiting() const { return waiting_.size(); }
  std::size_t in_flight() const { return in_flight_; }

 private:
  struct Waiting {
    Turn turn;
    Leave leave;
  };

  void give_turns();
  void let_leave();
  // When the first of those waiting may go; nothing: now.
  std::optional<Time> find_obstacle(Time now);
  bool take_token(Time now);
  std::chrono::milliseconds next_pause();

  Agenda& agenda_;
  const PaceOptions options_;
  std::multimap<Time, Waiting> waiting_;
  std::size_t window_;
  std::size_t in_flight_ = 0;
  unsigned failures_ = 0;  // in a row, one for each pause
  Time paused_until_{};
  std::optional<Time> wake_at_;
  double tokens_;
  Time refilled_at_ = Deadline::Clock::now();
  bool is_stopped_ = false;
  std::minstd_rand random_;
};

}  // namespace chancery::daemon
