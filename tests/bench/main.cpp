// chancery-bench: the raw signer and the whole daemon, measured in one run.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>

#include "tests/bench/devices/soft_hsm_device.h"
#include "tests/bench/devices/swtpm_device.h"
#include "tests/bench/large_log.h"
#include "tests/bench/report.h"
#include "tests/support/daemon/daemon_process.h"
#include "tests/support/temporary_directory.h"

namespace chancery::bench {
namespace {

using testing::DaemonProcess;
using testing::TemporaryDirectory;

struct Options {
  std::filesystem::path programs;  // where chanceryd lies
  std::filesystem::path json;
  std::size_t requests = 20'000;
  std::size_t large_log = 1'000'000;
  bool quick = false;
  bool devices_only = false;
};

constexpr std::chrono::milliseconds raw_time{1000};
constexpr std::size_t raw_commits = 2'000;
constexpr std::size_t small_log = 1'000;

Result<DaemonProcess> start_in(const TemporaryDirectory& directory, const Options& options) {
  return DaemonProcess::start({.program = options.programs / "chanceryd",
                               .state_directory = directory / "state",
                               .socket = directory / "socket"});
}

Result<void> measure_in_flight(const Options& options, Report& report) {
  const TemporaryDirectory directory;
  {
    // The first start makes the keys: not what a host pays each time.
    DaemonProcess first = TRY(start_in(directory, options));
    first.stop();
  }
  DaemonProcess daemon = TRY(start_in(directory, options));
  report.ready_ms = static_cast<double>(daemon.start_time().count()) / 1e3;
  report.idle = usage_of(daemon.pid());
  const std::filesystem::path socket = directory / "socket";
  for (const std::size_t clients : {1UL, 16UL, 64UL, 256UL}) {
    const std::size_t requests = clients == 1 ? options.requests / 5 : options.requests;
    const std::string run = fmt::format("in-flight-{}", clients);
    report.rows.push_back(
        TRY(measure(daemon, "P-256",
                    {.socket = socket, .clients = clients, .requests = requests, .run = run})));
  }
  if (!options.quick) {
    report.rows.push_back(
        TRY(measure(daemon, "P-256, 100,000 in all",
                    {.socket = socket, .clients = 256, .requests = 100'000, .run = "many"})));
  }
  daemon.stop();
  return {};
}

// A start brings the entries into the files before it answers; the one measured has not done that.
Result<void> prepare_log(const TemporaryDirectory& directory, const Options& options,
                         std::size_t size) {
  TRY(start_in(directory, options)).stop();
  TRY(fill_log(directory / "state", size));
  TRY(start_in(directory, options)).stop();
  return {};
}

Result<void> measure_log_size(const Options& options, std::size_t size, Report& report) {
  const TemporaryDirectory directory;
  TRY(prepare_log(directory, options, size));
  DaemonProcess daemon = TRY(start_in(directory, options));
  report.log_sizes.push_back(TRY(measure(daemon, fmt::format("log of {}", size),
                                         {.socket = directory / "socket",
                                          .clients = 64,
                                          .requests = options.requests,
                                          .run = fmt::format("log-{}", size)})));
  daemon.stop();
  return {};
}

Result<void> measure_devices(const Options& options, Report& report) {
  for (const auto& [algorithm, requests] :
       {std::pair{Algorithm::ecdsa_p256_sha256, options.requests},
        std::pair{Algorithm::rsa_pkcs1v15_3072_sha256, options.requests / 20}}) {
    const testing::SoftHsm token;
    const Device device = TRY(soft_hsm_device(token, algorithm, requests));
    report.devices.push_back(TRY(measure_device(device, options.programs)));
  }
  for (const auto& [session, requests] : {std::pair{TpmSession::password, options.requests / 2},
                                          std::pair{TpmSession::salted, options.requests / 20}}) {
    const testing::Swtpm tpm;
    const Device device = TRY(swtpm_device(tpm, session, requests));
    report.devices.push_back(TRY(measure_device(device, options.programs)));
  }
  return {};
}

Result<void> run(const Options& options, Report& report) {
  report.raw = measure_raw("P-256", raw_time);
  report.commit = TRY(measure_raw_commits(TemporaryDirectory() / "commits.db", raw_commits));
  TRY(measure_devices(options, report));
  if (options.devices_only) return {};
  TRY(measure_in_flight(options, report));
  if (options.quick) return {};
  TRY(measure_log_size(options, small_log, report));
  TRY(measure_log_size(options, options.large_log, report));
  return {};
}

std::filesystem::path own_directory() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

}  // namespace
}  // namespace chancery::bench

int main(int argc, char** argv) {
  chancery::bench::Options options;
  options.programs = chancery::bench::own_directory();
  CLI::App app("Measures libcrypto, devices and the whole daemon in one run.");
  app.add_option("--json", options.json, "write the figures there too");
  app.add_option("--requests", options.requests, "signatures for each number in flight");
  app.add_option("--large-log", options.large_log, "entries in the large log");
  app.add_flag("--quick", options.quick, "leave out what takes minutes");
  app.add_flag("--devices", options.devices_only, "measure only keys in devices");
  CLI11_PARSE(app, argc, argv);
  chancery::bench::Report report;
  const auto outcome = chancery::bench::run(options, report);
  if (!outcome.ok()) {
    fmt::print(stderr, "chancery-bench: {}: {}\n", outcome.error().reason, outcome.error().message);
    return 1;
  }
  chancery::bench::print(report);
  if (!options.json.empty()) std::ofstream(options.json) << chancery::bench::to_json(report);
  return 0;
}
