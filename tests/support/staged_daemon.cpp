// chanceryd, but that it is killed at a step: of the journal, of a request, or of the local log's
// files. CHANCERY_DIES_AT names it and says which time: "2 proven", "1 before rename checkpoint".
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>

#include "daemon/seams.h"
#include "tests/support/hooked_files.h"

namespace chancery::daemon {
namespace {

class Life {
 public:
  explicit Life(std::string_view dies_at)
      : left_(std::atoi(dies_at.data())), last_step_(dies_at.substr(dies_at.find(' ') + 1)) {}

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
  const char* const dies_at = std::getenv("CHANCERY_DIES_AT");
  const auto life = std::make_shared<Life>(dies_at == nullptr ? "0 never" : dies_at);
  const testing::FileHook hook = [life](std::string_view operation, const std::string& path) {
    life->step("before " + std::string(operation) + " " + path);
    return Result<void>();
  };
  return {.at_step = [life](std::string_view name) { life->step(name); },
          .open_log_files =
              [hook](const std::filesystem::path& directory) -> Result<std::unique_ptr<Files>> {
            return testing::hooked_files(TRY(Files::open(directory)), hook);
          }};
}

}  // namespace chancery::daemon
