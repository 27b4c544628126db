#include "daemon/config/programs.h"

#include <unistd.h>

namespace chancery::daemon {
namespace {

namespace fs = std::filesystem;

constexpr const char* key_host_name = "chancery-keyhost";

bool is_program(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && access(path.c_str(), X_OK) == 0;
}

}  // namespace

Result<fs::path> find_own_program() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) {
    return internal("OWN_PROGRAM_UNKNOWN",
                    "/proc/self/exe cannot be read: " + error.message() + "; is /proc mounted?");
  }
  return program;
}

Result<fs::path> find_key_host_program(const fs::path& daemon_program) {
  const fs::path folder = daemon_program.parent_path();
  const fs::path beside = folder / key_host_name;
  if (is_program(beside)) return beside;
  // CHANCERY_LIBEXEC_FROM_SBIN comes from CMakeLists.txt, where the install rules are.
  const fs::path installed =
      (folder / CHANCERY_LIBEXEC_FROM_SBIN / key_host_name).lexically_normal();
  if (is_program(installed)) return installed;
  return internal("KEY_HOST_PROGRAM_MISSING", "no program at " + beside.string() + " or " +
                                                  installed.string() + "; install it again");
}

}  // namespace chancery::daemon
