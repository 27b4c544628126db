// chanceryd on a stage: its death, clock, disk and key hosts are the test's, by its environment.
//
//   CHANCERY_DIES_AT  "2 proven": killed at a step, for the nth time, of the journal, of a request,
//                     or of the local log's files ("1 before rename checkpoint")
//   CHANCERY_CLOCK    a file with the seconds that its clock is off
//   CHANCERY_EVIL     the program that plays the key host of the backend "evil"
//   CHANCERY_AT_ONCE  so many of what was left behind are finished at once
//   CHANCERY_STATEMENT_BYTES  so many bytes of statements are one user's share
//   CHANCERY_FULL     a file: as long as it is there the journal's disk is full, from the moment on
//                     at which the next request is signed
#include <signal.h>
#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include "daemon/seams.h"
#include "tests/support/journal/hooked_files.h"

namespace chancery::daemon {
namespace {

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

class Life {
 public:
  explicit Life(const std::string& dies_at)
      : left_(std::atoi(dies_at.c_str())), last_step_(dies_at.substr(dies_at.find(' ') + 1)) {}

  void step(std::string_view name) {
    if (name != last_step_ || left_.fetch_sub(1) != 1) return;
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();  // nothing more is done on this thread
  }

 private:
  std::atomic<int> left_;
  const std::string last_step_;
};

// The journal's disk: SQLite's own calls, of which some find no room.
std::atomic<bool> is_signed = false;

bool is_full() {
  static const std::string file = environment("CHANCERY_FULL");
  return is_signed && ::access(file.c_str(), F_OK) == 0;
}

ssize_t write_where_there_is_room(int descriptor, const void* bytes, size_t count, off64_t offset) {
  if (!is_full()) return ::pwrite64(descriptor, bytes, count, offset);
  errno = ENOSPC;
  return -1;
}

void put_disk_under_journal() {
  sqlite3_vfs* const disk = sqlite3_vfs_find(nullptr);
  for (const char* name : {"pwrite", "pwrite64"}) {
    disk->xSetSystemCall(disk, name,
                         reinterpret_cast<sqlite3_syscall_ptr>(write_where_there_is_room));
  }
}

}  // namespace

Seams seams() {
  Seams staged;
  const auto life = std::make_shared<Life>(environment("CHANCERY_DIES_AT"));
  put_disk_under_journal();
  staged.at_step = [life](std::string_view name) {
    life->step(name);
    if (name == "signed") is_signed = true;
  };
  const testing::FileHook hook = [life](std::string_view operation, const std::string& path) {
    life->step("before " + std::string(operation) + " " + path);
    return Result<void>();
  };
  staged.open_log_files =
      [hook](const std::filesystem::path& directory) -> Result<std::unique_ptr<Files>> {
    return testing::hooked_files(TRY(Files::open(directory)), hook);
  };
  staged.now = [true_now = staged.now, file = environment("CHANCERY_CLOCK")] {
    std::int64_t seconds = 0;
    std::ifstream(file) >> seconds;
    return true_now() + std::chrono::seconds(seconds);
  };
  if (const std::string at_once = environment("CHANCERY_AT_ONCE"); !at_once.empty()) {
    staged.left_behind_at_once_max = std::stoul(at_once);
  }
  if (const std::string bytes = environment("CHANCERY_STATEMENT_BYTES"); !bytes.empty()) {
    staged.statement_bytes_per_uid_max = std::stoul(bytes);
  }
  staged.key_host_program = [evil = environment("CHANCERY_EVIL")](
                                const std::string& backend, const std::filesystem::path& usual) {
    return backend == "evil" ? std::filesystem::path(evil) : usual;
  };
  return staged;
}

}  // namespace chancery::daemon
