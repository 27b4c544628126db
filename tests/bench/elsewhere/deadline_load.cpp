// Signatures by deadline through the whole daemon, while their log is away: one line of JSON.
//
//   deadline_load SOCKET PROFILE CLIENTS REQUESTS [PER_SECOND]
//
// Without PER_SECOND as fast as they are answered. outage.py starts the daemon and stops the log.
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "tests/bench/load.h"

namespace chancery::bench {
namespace {

std::size_t number_of(std::string_view word) {
  std::size_t number = 0;
  std::from_chars(word.data(), word.data() + word.size(), number);
  return number;
}

int run(char** words, std::optional<double> per_second) {
  const Result<LoadResult> load = run_load({.socket = words[1],
                                            .profile = words[2],
                                            .clients = number_of(words[3]),
                                            .requests = number_of(words[4]),
                                            .run = fmt::format("outage-{}", ::getpid()),
                                            .wanted = v1::STATE_TIMESTAMPED,
                                            .per_second = per_second});
  if (!load.ok()) {
    fmt::print(stderr, "{}\n", load.error().message);
    return 1;
  }
  fmt::print(R"({{"per_second": {:.0f}, "p50_ms": {:.2f}, "p99_ms": {:.2f}, "failed": {}, )"
             R"("first_failure": "{}"}})"
             "\n",
             load->per_second(), load->percentile_ms(0.5), load->percentile_ms(0.99), load->failed,
             load->first_failure);
  return 0;
}

}  // namespace
}  // namespace chancery::bench

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) {
    fmt::print(stderr, "usage: deadline_load SOCKET PROFILE CLIENTS REQUESTS [PER_SECOND]\n");
    return 2;
  }
  const auto per_second = argc == 6 ? std::optional(std::atof(argv[5])) : std::nullopt;
  return chancery::bench::run(argv, per_second);
}
