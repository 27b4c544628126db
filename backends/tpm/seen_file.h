// A file as it was when it was read, and whether it has become another since.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>

namespace chancery::tpm {

// Looks at the file only: a key host may not open what has come after it was shut.
class SeenFile {
 public:
  // Before it is read. A path that is empty is never seen, and never changes.
  explicit SeenFile(std::filesystem::path path);

  // Written, or replaced; not where it is gone, for then there is nothing new to read.
  bool has_changed() const;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::optional<struct stat> look() const;

  std::filesystem::path path_;
  std::optional<struct stat> seen_;
};

}  // namespace chancery::tpm
