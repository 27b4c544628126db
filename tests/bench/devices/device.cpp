#include "tests/bench/devices/device.h"

#include <fmt/format.h>
#include <unistd.h>

#include "tests/support/temporary_directory.h"

namespace chancery::bench {
namespace {

constexpr std::chrono::milliseconds raw_time{2000};
constexpr std::size_t clients = 64;

std::string configuration(const std::filesystem::path& at, const Device& device) {
  return fmt::format(
      "[server]\nsocket = \"{0}/socket\"\n[state]\ndirectory = \"{0}/state\"\n"
      "[log]\norigin = \"log.test\"\nbackend = \"software\"\nkey = \"log\"\n"
      "[[backend]]\nname = \"software\"\ntype = \"software\"\ndirectory = \"{0}/state/keys\"\n"
      "make_missing = [\"log=ed25519\"]\n{1}"
      "[[profile]]\nname = \"device\"\nbackend = \"device\"\nkey = \"key\"\nsigns = \"digests\"\n"
      "[[rule]]\nname = \"we\"\nusers = [{2}]\nprofiles = [\"device\"]\n",
      at.string(), device.backend, ::getuid());
}

}  // namespace

Result<DeviceRow> measure_device(const Device& device, const std::filesystem::path& programs) {
  const auto device_cpu = [&device]() -> std::chrono::duration<double> {
    return device.process ? usage_of(*device.process).cpu : std::chrono::microseconds(0);
  };
  auto before = device_cpu();
  const RawRate raw = device.measure_raw(raw_time);
  const double busy_alone = (device_cpu() - before) / raw_time;
  const testing::TemporaryDirectory directory;
  testing::write_text(directory / "chancery.toml", configuration(directory.path(), device));
  testing::DaemonProcess daemon =
      TRY(testing::DaemonProcess::start({.program = programs / "chanceryd",
                                         .state_directory = {},
                                         .socket = {},
                                         .config = directory / "chancery.toml"}));
  before = device_cpu();
  Row row = TRY(measure(daemon, device.name,
                        {.socket = directory / "socket",
                         .profile = "device",
                         .clients = clients,
                         .requests = device.requests,
                         .run = "device"}));
  const double busy_recorded = (device_cpu() - before).count() / row.load.seconds;
  daemon.stop();
  DeviceRow out{raw, std::move(row)};
  if (device.process) out.busy = {.alone = busy_alone, .recorded = busy_recorded};
  return out;
}

}  // namespace chancery::bench
