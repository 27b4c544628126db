// How a test waits for a state that others bring about.
#pragma once

#include <chrono>
#include <thread>

#include "core/base/deadline.h"

namespace chancery::testing {

// Between two looks. Whoever brings the state about needs the processor more than we do: tests run
// beside one another.
inline void pause_briefly() { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }

// Looks again and again: `while (!is_so()) ASSERT_FALSE(patience.ended());`
class Patience {
 public:
  explicit Patience(Deadline end = Deadline::after(std::chrono::seconds(60))) : end_(end) {}
  // Pauses where it has not.
  bool ended() const {
    if (end_.passed()) return true;
    pause_briefly();
    return false;
  }

 private:
  Deadline end_;
};

}  // namespace chancery::testing
