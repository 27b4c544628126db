// What was measured, for people and as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/bench/load.h"
#include "tests/bench/raw_disk.h"
#include "tests/bench/raw_signer.h"
#include "tests/bench/usage.h"
#include "tests/support/daemon/daemon_process.h"

namespace chancery::bench {

// One load on the daemon.
struct Row {
  std::string name;
  std::size_t in_flight;
  LoadResult load;
  double cpu_us_each;  // daemon and key hosts, per signature
  Usage after;
};

// A device alone, and recorded through the daemon.
struct DeviceRow {
  RawRate raw;
  Row recorded;
  // Of one core, where the device is a process whose time we can read.
  struct Busy {
    double alone = 0;  // while it was measured raw: a caller that waits leaves it idle, too
    double recorded = 0;
  };
  std::optional<Busy> busy = std::nullopt;
};

struct Report {
  RawRate raw;
  RawCommit commit;
  double ready_ms = 0;
  Usage idle;
  std::vector<Row> rows;
  std::vector<Row> log_sizes;  // the same load on a log of 1,000 and of 1,000,000 entries
  std::vector<DeviceRow> devices;
};

// One load on a running daemon, with the CPU that it took.
Result<Row> measure(const testing::DaemonProcess& daemon, std::string name,
                    const LoadOptions& options);

// What a signature alone waits for at the least, ms, without a step between: three commits, one
// after another, and before the second a signature and its check. The checkpoint's are made while
// that is committed.
double floor_ms(const Report& report);

void print(const Report& report);
std::string to_json(const Report& report);

}  // namespace chancery::bench
