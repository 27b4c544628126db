#include "backends/tpm/seen_file.h"

#include <tuple>

namespace chancery::tpm {

SeenFile::SeenFile(std::filesystem::path path) : path_(std::move(path)), seen_(look()) {}

std::optional<struct stat> SeenFile::look() const {
  struct stat status {};
  if (stat(path_.c_str(), &status) != 0) return std::nullopt;
  return status;
}

bool SeenFile::has_changed() const {
  const auto mark = [](const struct stat& status) {
    return std::tuple(status.st_dev, status.st_ino, status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
  };
  const std::optional<struct stat> now = look();
  return now && (!seen_ || mark(*now) != mark(*seen_));
}

}  // namespace chancery::tpm
