// [server], [state], [archive], [audit], [metrics], [log]: there is one of each.
#include "core/base/limits/configuration.h"
#include "daemon/config/sections/log_origin.h"
#include "daemon/config/sections/sections.h"

namespace chancery::daemon {
namespace {

// Both keep for a number of days.
std::optional<std::chrono::seconds> read_days(TableReader& section) {
  const auto days =
      section.number("days", 1, limits::archive_days_max,
                     "a number of days from 1 to " + std::to_string(limits::archive_days_max));
  if (!days) return std::nullopt;
  return std::chrono::hours(24 * *days);
}

}  // namespace

void read_server(const ConfigTable& table, Config& config, ProblemList& problems) {
  TableReader server(table, "[server]", problems);
  if (const auto socket =
          server.path("socket", "the path of a socket such as \"/run/chancery/chancery.sock\"")) {
    if (socket->size() > limits::socket_path_bytes_max) {
      server.refuse("socket", "is longer than " + std::to_string(limits::socket_path_bytes_max) +
                                  " bytes, which is all that a socket's address holds");
    }
    config.socket = *socket;
  }
  constexpr std::string_view mode_expected =
      "permissions in octal from 0o600 to 0o777, such as 0o666 (who may connect; the rules say who "
      "may sign)";
  if (const auto mode = server.number("socket_mode", 0600, 0777, mode_expected)) {
    config.socket_mode = static_cast<unsigned>(*mode);
  }
  server.refuse_others();
}

void read_state(const ConfigTable& table, Config& config, ProblemList& problems) {
  TableReader state(table, "[state]", problems);
  if (const auto directory =
          state.path("directory", "the path of a folder such as \"/var/lib/chancery\"")) {
    config.state_directory = *directory;
  }
  state.refuse_others();
}

void read_archive(const ConfigTable& table, Config& config, ProblemList& problems) {
  TableReader archive(table, "[archive]", problems);
  if (const auto life = read_days(archive)) config.archive_life = *life;
  archive.refuse_others();
}

void read_audit(const ConfigTable& table, Config& config, ProblemList& problems) {
  TableReader audit(table, "[audit]", problems);
  if (const auto life = read_days(audit)) config.audit_life = *life;
  audit.refuse_others();
}

void read_metrics(const ConfigTable& table, Config& config, ProblemList& problems) {
  TableReader metrics(table, "[metrics]", problems);
  if (const auto file = metrics.path(
          "file", "the path of a file such as \"/run/chancery-metrics/chancery.prom\"")) {
    config.metrics_file = *file;
  }
  metrics.refuse_others();
}

void read_log(const ConfigTable& table, Config& config, ProblemList& problems) {
  TableReader log(table, "[log]", problems);
  config.log.line = log.line();
  config.log.origin =
      log.required_text("origin", "the log's name for ever, such as \"log.example.org\"");
  if (!config.log.origin.empty()) {
    if (const std::string fault = find_origin_fault(config.log.origin); !fault.empty()) {
      log.refuse("origin", quote(config.log.origin) + " " + fault +
                               "; expected a host name such as \"log.example.org\"");
    }
  }
  config.log.backend = log.required_name("backend", "the name of a [[backend]]");
  config.log.key = log.required_text("key", "the name of an Ed25519 key of that backend");
  if (const auto interval_ms = log.number(
          "publish_interval_ms", limits::publish_interval_ms_min, limits::publish_interval_ms_max,
          "milliseconds from " + std::to_string(limits::publish_interval_ms_min) + " to " +
              std::to_string(limits::publish_interval_ms_max))) {
    config.log.publish_interval = std::chrono::milliseconds(*interval_ms);
  }
  log.refuse_others();
}

}  // namespace chancery::daemon
