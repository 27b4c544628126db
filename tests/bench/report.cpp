#include "tests/bench/report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace chancery::bench {
namespace {

using Json = nlohmann::ordered_json;

double microseconds(std::chrono::nanoseconds time) {
  return static_cast<double>(time.count()) / 1e3;
}
double mebibytes(std::size_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

void print_row(const Row& row, double raw_per_second) {
  fmt::print("{:<24}{:>10}{:>12.0f}{:>9.3f}{:>10.0f}{:>10.2f}{:>10.2f}{:>10.1f}{:>8}\n", row.name,
             row.in_flight, row.load.per_second(), row.load.per_second() / raw_per_second,
             row.cpu_us_each, row.load.percentile_ms(0.5), row.load.percentile_ms(0.99),
             mebibytes(row.after.resident_bytes_peak), row.load.failed);
  if (row.load.failed > 0) fmt::print("  first failure: {}\n", row.load.first_failure);
}

Json to_json(const Row& row, double raw_per_second) {
  return {{"name", row.name},
          {"in_flight", row.in_flight},
          {"signatures", row.load.latencies.size()},
          {"failed", row.load.failed},
          {"signatures_per_second", row.load.per_second()},
          {"ratio_to_raw", row.load.per_second() / raw_per_second},
          {"cpu_us_per_signature", row.cpu_us_each},
          {"p50_us", microseconds(row.load.percentile(0.5))},
          {"p99_us", microseconds(row.load.percentile(0.99))},
          {"peak_rss_bytes", row.after.resident_bytes_peak}};
}

void print_devices(const Report& report) {
  for (const DeviceRow& device : report.devices) {
    fmt::print("\nraw {}: {:.0f} signatures/s with one session, {:.1f} us each\n", device.raw.name,
               device.raw.signs_per_second, device.raw.sign_us);
    print_row(device.recorded, device.raw.signs_per_second);
    if (!device.busy) continue;
    fmt::print("  the device was busy {:.0f} % of the time, {:.0f} % when alone\n",
               device.busy->recorded * 100, device.busy->alone * 100);
  }
}

}  // namespace

Result<Row> measure(const testing::DaemonProcess& daemon, std::string name,
                    const LoadOptions& options) {
  const Usage before = usage_of(daemon.pid());
  LoadResult load = TRY(run_load(options));
  const Usage after = usage_of(daemon.pid());
  const double cpu_us = static_cast<double>((after.cpu - before.cpu).count());
  const double each = cpu_us / static_cast<double>(options.requests);
  return Row{std::move(name), options.clients, std::move(load), each, after};
}

double floor_ms(const Report& report) {
  return (3 * report.commit.p50_us + report.raw.sign_us + report.raw.verify_us) / 1e3;
}

void print(const Report& report) {
  fmt::print("raw {}: {:.0f} signatures/s on one core, {:.1f} us each; verify {:.1f} us\n",
             report.raw.name, report.raw.signs_per_second, report.raw.sign_us,
             report.raw.verify_us);
  fmt::print(
      "raw disk: a commit of SQLite {:.0f} us (p99 {:.0f}); one signature's floor {:.2f} ms\n",
      report.commit.p50_us, report.commit.p99_us, floor_ms(report));
  fmt::print("daemon: exec to ready {:.1f} ms, idle {:.1f} MiB resident\n\n", report.ready_ms,
             mebibytes(report.idle.resident_bytes));
  fmt::print("{:<24}{:>10}{:>12}{:>9}{:>10}{:>10}{:>10}{:>10}{:>8}\n", "everything durable",
             "in flight", "sign/s", "of raw", "CPU us", "p50 ms", "p99 ms", "peak MiB", "failed");
  for (const Row& row : report.rows) print_row(row, report.raw.signs_per_second);
  print_devices(report);
  if (report.log_sizes.size() < 2) return;
  fmt::print("\n");
  for (const Row& row : report.log_sizes) print_row(row, report.raw.signs_per_second);
  fmt::print(
      "a large log against a small one: {:.3f}\n",
      report.log_sizes.back().load.per_second() / report.log_sizes.front().load.per_second());
}

std::string to_json(const Report& report) {
  Json json = {{"raw",
                {{"name", report.raw.name},
                 {"signatures_per_second", report.raw.signs_per_second},
                 {"sign_us", report.raw.sign_us},
                 {"verify_us", report.raw.verify_us},
                 {"commit_p50_us", report.commit.p50_us},
                 {"commit_p99_us", report.commit.p99_us}}},
               {"floor_ms", floor_ms(report)},
               {"ready_ms", report.ready_ms},
               {"idle_rss_bytes", report.idle.resident_bytes},
               {"rows", Json::array()},
               {"log_sizes", Json::array()}};
  const double raw = report.raw.signs_per_second;
  for (const Row& row : report.rows) json["rows"].push_back(to_json(row, raw));
  for (const Row& row : report.log_sizes) json["log_sizes"].push_back(to_json(row, raw));
  for (const DeviceRow& device : report.devices) {
    Json row = to_json(device.recorded, device.raw.signs_per_second);
    row["raw_signatures_per_second"] = device.raw.signs_per_second;
    if (device.busy) {
      row["device_busy_share"] = device.busy->recorded;
      row["raw_device_busy_share"] = device.busy->alone;
    }
    json["devices"].push_back(std::move(row));
  }
  return json.dump(2) + "\n";
}

}  // namespace chancery::bench
