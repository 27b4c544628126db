// What a process and its children have used, from /proc.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>

namespace chancery::bench {

struct Usage {
  std::chrono::microseconds cpu{0};  // user and system, the children's too
  std::size_t resident_bytes = 0;    // of the process alone
  std::size_t resident_bytes_peak = 0;
};
Usage usage_of(pid_t pid);

}  // namespace chancery::bench
