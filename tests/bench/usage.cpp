#include "tests/bench/usage.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <string>

#include "tests/support/daemon/daemon_process.h"

namespace chancery::bench {
namespace {

// The scheduler's own count in nanoseconds: /proc/PID/stat counts in ticks of 10 ms.
std::chrono::nanoseconds cpu_of(pid_t pid) {
  std::chrono::nanoseconds total{0};
  for (const auto& task : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid))) {
    std::ifstream file(task.path() / "schedstat");
    std::int64_t nanoseconds = 0;
    file >> nanoseconds;
    total += std::chrono::nanoseconds(nanoseconds);
  }
  return total;
}

std::size_t status_field(pid_t pid, std::string_view name) {
  std::ifstream file(fmt::format("/proc/{}/status", pid));
  for (std::string word; file >> word;) {
    if (word != name) continue;
    std::size_t kilobytes = 0;
    file >> kilobytes;
    return kilobytes * 1024;
  }
  return 0;
}

}  // namespace

Usage usage_of(pid_t pid) {
  std::chrono::nanoseconds cpu = cpu_of(pid);
  for (const pid_t child : testing::children_of(pid)) cpu += cpu_of(child);
  return {std::chrono::duration_cast<std::chrono::microseconds>(cpu), status_field(pid, "VmRSS:"),
          status_field(pid, "VmHWM:")};
}

}  // namespace chancery::bench
