#include "tests/conformance/software_device.h"

#include <fmt/format.h>

#include "backends/software/software.h"

namespace chancery::conformance {
namespace {

constexpr std::string_view passphrase = "correct horse battery staple";

void write_private(const std::filesystem::path& path, std::string_view text) {
  testing::write_text(path, text);
  std::filesystem::permissions(
      path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace

SoftwareDevice::SoftwareDevice(Algorithm algorithm, KeyFile file) : file_(file) {
  std::filesystem::create_directory(directory_ / "keys");
  config_ = {"software",
             {{"directory", (directory_ / "keys").string()},
              {"make_missing", fmt::format("key={}", name_of(algorithm))}}};
  if (file_ == KeyFile::plain) return;
  write_private(directory_ / "passphrase", fmt::format("{}\n", passphrase));
  config_.options.emplace_back("passphrase_file", (directory_ / "passphrase").string());
}

Result<Instances> SoftwareDevice::open(std::size_t count) {
  return software::open(config_, count, Deadline::after(std::chrono::seconds(30)));
}

Result<Instances> SoftwareDevice::open_with(std::string_view wrong_secret) {
  TRY(open(1));  // makes the key with the right one
  write_private(directory_ / "passphrase", wrong_secret);
  auto outcome = open(1);
  write_private(directory_ / "passphrase", passphrase);
  return outcome;
}

std::string SoftwareDevice::secret() const {
  return file_ == KeyFile::encrypted ? std::string(passphrase) : std::string();
}

void SoftwareDevice::take_away() {
  std::filesystem::rename(directory_ / "keys", directory_ / "away");
}

void SoftwareDevice::bring_back() {
  std::filesystem::rename(directory_ / "away", directory_ / "keys");
}

}  // namespace chancery::conformance
