// How fast the journal is by itself: the three records of a signature, with so many in flight.
//
//   journal_rate DIRECTORY REQUESTS IN_FLIGHT...
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <vector>

#include "tests/support/journal/journal_calls.h"

namespace chancery::testing {
namespace {

using daemon::Journal;

double cpu_seconds() {
  struct rusage usage {};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

long resident_kib() {
  struct rusage usage {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// Each completion starts the next step, the last one the next request.
class Load {
 public:
  Load(Journal& journal, std::size_t first, std::size_t count)
      : journal_(journal), next_(first), end_(first + count), left_(count) {}

  void run(std::size_t in_flight) {
    for (std::size_t i = 0; i < in_flight; ++i) start();
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return left_ == 0; });
  }

 private:
  void start() {
    const std::size_t number = next_++;
    if (number >= end_) return;
    journal_.accept(
        acceptance("0e4e6a37-b07e-4c53-a7a3-" + std::to_string(number)),
        [this](const Result<daemon::Accepted>& accepted) { sign(accepted.value().id); });
  }
  void sign(daemon::RequestId id) {
    journal_.record_signed(id, Bytes(71, 7), std::string(91, 's'),
                           std::to_string(id) + std::string(520, 'b'), false,
                           [this, id](const Result<daemon::Placed>& placed) {
                             placed.value();
                             finish(id);
                           });
  }
  void finish(daemon::RequestId id) {
    journal_.record_done(id, std::string(2600, 'j'), midday, [this](const Result<void>& done) {
      done.value();
      start();
      const std::lock_guard lock(mutex_);
      if (--left_ == 0) wake_.notify_one();
    });
  }

  Journal& journal_;
  std::atomic<std::size_t> next_;
  const std::size_t end_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::size_t left_;
};

// What this process has handed to the kernel to write, in bytes.
double written_bytes() {
  std::ifstream io("/proc/self/io");
  for (std::string name, value; io >> name >> value;) {
    if (name == "wchar:") return std::stod(value);
  }
  return 0;
}

void measure(Journal& journal, std::size_t& first, std::size_t count, std::size_t in_flight) {
  const double cpu = cpu_seconds();
  const double written = written_bytes();
  const auto commits = journal.counts().commits;
  const auto start = std::chrono::steady_clock::now();
  Load(journal, first, count).run(in_flight);
  first += count;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const auto number = static_cast<double>(count);
  std::printf(
      "%4zu in flight: %6.0f/s; each %6.1f us CPU, %5.1f KB written, %5.2f commits; RSS %ld KiB\n",
      in_flight, number / took.count(), (cpu_seconds() - cpu) * 1e6 / number,
      (written_bytes() - written) / 1e3 / number,
      static_cast<double>(journal.counts().commits - commits) / number, resident_kib());
  if (!journal.record_projection({journal.log_size(), {}}).ok()) std::abort();
}

}  // namespace
}  // namespace chancery::testing

int main(int count, char** arguments) {
  using namespace chancery::testing;
  if (count < 4) {
    std::fprintf(stderr, "journal_rate DIRECTORY REQUESTS IN_FLIGHT...\n");
    return 2;
  }
  const auto journal = open_journal(std::filesystem::path(arguments[1]) / "journal.db");
  auto first =
      static_cast<std::size_t>(std::chrono::system_clock::now().time_since_epoch().count());
  const auto requests = static_cast<std::size_t>(std::atol(arguments[2]));
  for (int i = 3; i < count; ++i) {
    measure(*journal, first, requests, static_cast<std::size_t>(std::atol(arguments[i])));
  }
  return 0;
}
