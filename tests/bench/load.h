// Many clients of one daemon, from one thread: each has a connection and one request in flight.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "chancery/v1/signer.pb.h"
#include "core/base/result.h"

namespace chancery::bench {

struct LoadOptions {
  std::filesystem::path socket;
  std::string profile = "default";
  std::size_t clients = 1;
  std::size_t requests = 1000;  // in all
  std::string run;              // makes idempotency keys and digests this run's own
  v1::State wanted = v1::STATE_DONE;
  std::optional<double> per_second = std::nullopt;  // in all; nothing: as fast as they are answered
};

struct LoadResult {
  double seconds = 0;
  std::vector<std::chrono::nanoseconds> latencies;  // sorted
  std::size_t failed = 0;
  std::string first_failure;

  double per_second() const { return static_cast<double>(latencies.size()) / seconds; }
  std::chrono::nanoseconds percentile(double share) const;
  double percentile_ms(double share) const;
};

// Every answer is parsed and counted as failed unless its state is `wanted`. Error: no connection.
Result<LoadResult> run_load(const LoadOptions& options);

}  // namespace chancery::bench
