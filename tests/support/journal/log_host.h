// A local log with the parts it needs, wired as the daemon wires them.
#pragma once

#include <atomic>
#include <filesystem>
#include <future>
#include <memory>
#include <vector>

#include "daemon/local_log/local_log.h"
#include "tests/support/key_host/fake_key_host.h"

namespace chancery::testing {

// One thread, but for what it owns. The log lies in `directory`/log, the journal beside it.
class LogHost {
 public:
  explicit LogHost(std::filesystem::path directory);
  ~LogHost() { close(); }

  // The options of the next open().
  daemon::LocalLogOptions options;
  daemon::JournalOptions journal_options;
  FakeKeyHost key_host;  // has the log's key "log"
  daemon::Alarms alarms{[] { return WallTime(); }};

  Result<void> open();  // closes first
  void close();
  daemon::LocalLog& log() { return *log_; }
  daemon::Journal& journal() { return *journal_; }

  // Journals so many new entries, whose bodies are body(0), body(1), ...
  void append(std::uint64_t count);
  static std::string body(std::uint64_t index);
  Result<daemon::Inclusion> inclusion(std::uint64_t index);
  std::future<Result<daemon::Inclusion>> await(std::uint64_t index);

  // Whether proof and signature hold, by the log's key alone.
  Result<void> check(const daemon::Inclusion& inclusion) const;
  // The whole log from its files.
  Result<tlog::Checkpoint> check_files() const;
  void wait_until_published();

 private:
  std::filesystem::path directory_;
  std::atomic<daemon::LocalLog*> appended_to_ = nullptr;
  std::unique_ptr<daemon::Journal> journal_;
  std::unique_ptr<daemon::LocalLog> log_;
};

}  // namespace chancery::testing
