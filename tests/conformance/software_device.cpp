#include "tests/conformance/software_device.h"

#include <fmt/format.h>

#include "backends/software/software.h"

namespace chancery::conformance {

SoftwareDevice::SoftwareDevice(Algorithm algorithm, KeyFile file) {
  std::filesystem::create_directory(directory_ / "keys");
  config_ = {"software",
             {{"directory", (directory_ / "keys").string()},
              {"make_missing", fmt::format("key={}", name_of(algorithm))}}};
  if (file == KeyFile::plain) return;
  configure_secret(secret());
  config_.options.emplace_back("passphrase_file", (directory_ / "passphrase").string());
}

Result<Instances> SoftwareDevice::open(std::size_t count) {
  return software::open(config_, count, Deadline::after(std::chrono::seconds(30)));
}

std::string SoftwareDevice::secret() const { return "correct horse battery staple"; }

void SoftwareDevice::configure_secret(std::string_view secret) {
  const std::filesystem::path path = directory_ / "passphrase";
  testing::write_text(path, fmt::format("{}\n", secret));
  std::filesystem::permissions(path, std::filesystem::perms(0600));
}

void SoftwareDevice::take_away() {
  std::filesystem::rename(directory_ / "keys", directory_ / "away");
}

void SoftwareDevice::bring_back() {
  std::filesystem::rename(directory_ / "away", directory_ / "keys");
}

}  // namespace chancery::conformance
