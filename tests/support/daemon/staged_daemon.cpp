// chanceryd on a stage: its death, its clock and its key hosts are the test's, by its environment.
//
//   CHANCERY_DIES_AT  "2 proven": killed at a step, for the nth time, of the journal, of a request,
//                     or of the local log's files ("1 before rename checkpoint")
//   CHANCERY_CLOCK    a file with the seconds that its clock is off
//   CHANCERY_EVIL     the program that plays the key host of the backend "evil"
#include <signal.h>
#include <unistd.h>

#include <atomic>
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

}  // namespace

Seams seams() {
  Seams staged;
  const auto life = std::make_shared<Life>(environment("CHANCERY_DIES_AT"));
  staged.at_step = [life](std::string_view name) { life->step(name); };
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
  staged.key_host_program = [evil = environment("CHANCERY_EVIL")](
                                const std::string& backend, const std::filesystem::path& usual) {
    return backend == "evil" ? std::filesystem::path(evil) : usual;
  };
  return staged;
}

}  // namespace chancery::daemon
