// The daemon in numbers, for a monitor.
#pragma once

#include <filesystem>
#include <string>

#include "daemon/flows/parts.h"
#include "daemon/server/server.h"

namespace chancery::daemon {

struct MetricsParts {
  const Parts& parts;
  WallTime started_at;
  std::function<ServerCounts()> counts;
};

// Prometheus' text. Error: those of the journal.
Result<std::string> describe_metrics(const MetricsParts& with);

// Replaces the file whole, readable by everybody; not synced, it is of now. Error: unavailable
// METRICS_UNWRITABLE.
Result<void> write_metrics(const std::filesystem::path& path, const std::string& text);

}  // namespace chancery::daemon
