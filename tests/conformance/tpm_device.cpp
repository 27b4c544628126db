#include "tests/conformance/tpm_device.h"

#include <fmt/format.h>

#include "backends/tpm/tpm.h"

namespace chancery::conformance {

TpmDevice::TpmDevice(Algorithm algorithm, AuthValue auth_value, TpmBus bus) {
  const std::filesystem::path keys = swtpm_.directory() / "keys";
  std::filesystem::create_directory(keys);
  config_ = {"tpm",
             {{"tcti", swtpm_.tcti()},
              {"directory", keys.string()},
              {"make_missing", fmt::format("key={}", name_of(algorithm))}}};
  if (bus == TpmBus::untrusted) config_.options.emplace_back("bus", "untrusted");
  if (auth_value == AuthValue::none) return;
  configure_secret(secret());
  config_.options.emplace_back("auth_file", (swtpm_.directory() / "auth").string());
}

Result<Instances> TpmDevice::open(std::size_t count) {
  return tpm::open(config_, count, Deadline::after(std::chrono::seconds(60)));
}

std::string TpmDevice::secret() const { return "correct horse battery"; }

void TpmDevice::configure_secret(std::string_view secret) {
  const std::filesystem::path path = swtpm_.directory() / "auth";
  testing::write_text(path, fmt::format("{}\n", secret));
  std::filesystem::permissions(path, std::filesystem::perms(0600));
}

}  // namespace chancery::conformance
