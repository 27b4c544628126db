// What was measured, for people and as JSON.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/load.h"
#include "tests/bench/raw_signer.h"
#include "tests/bench/usage.h"

namespace chancery::bench {

// One load on the daemon.
struct Row {
  std::string name;
  std::size_t in_flight;
  LoadResult load;
  double cpu_us_each;  // daemon and key hosts, per signature
  Usage after;
};

struct Report {
  RawRate raw;
  double ready_ms = 0;
  Usage idle;
  std::vector<Row> rows;
  std::vector<Row> log_sizes;  // the same load on a log of 1,000 and of 1,000,000 entries
};

void print(const Report& report);
std::string to_json(const Report& report);

}  // namespace chancery::bench
