// A small file system over a directory, which only this process sees. Needs root.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace chancery::testing {

class SmallDisk {
 public:
  SmallDisk() = default;
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  // `size` as tmpfs takes it: "8m". Why it cannot be mounted here; nothing where it is.
  std::optional<std::string> mount(const std::filesystem::path& directory, const std::string& size);
  void unmount();

  // In any directory: until it takes no more, and back.
  static void fill(const std::filesystem::path& directory);
  static void make_room(const std::filesystem::path& directory);

 private:
  std::filesystem::path directory_;  // empty: not mounted
};

}  // namespace chancery::testing
