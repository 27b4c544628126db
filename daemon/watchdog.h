// Feeds systemd's watchdog from progress, not from a timer alone.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace chancery::daemon {

// How far a worker has come, and whether anything waits for it.
struct Progress {
  std::uint64_t steps;
  std::size_t waiting;
};

// One thread.
class Watchdog {
 public:
  // `look` may be called from the watchdog's thread at any time.
  void watch(std::string name, std::function<Progress()> look);

  // Names a worker for which work has waited without a single step since the last call; empty when
  // all is well.
  std::string find_hanging_worker();

 private:
  struct Watched {
    std::string name;
    std::function<Progress()> look;
    Progress last{0, 0};
  };
  std::vector<Watched> watched_;
};

}  // namespace chancery::daemon
