// A real chanceryd in a process of its own, for tests and benchmarks.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace chancery::testing {

struct DaemonOptions {
  std::filesystem::path program;          // chanceryd; its key host lies beside it
  std::filesystem::path state_directory;  // embedded default, unless `config` is given
  std::filesystem::path socket;
  std::filesystem::path config = {};
  std::filesystem::path standard_error = {};                          // a file; empty: inherited
  std::vector<std::pair<std::string, std::string>> environment = {};  // added to ours
  std::vector<std::string> more_arguments = {};
};

// Started and ready; ended by pid when it goes out of scope. One thread.
class DaemonProcess {
 public:
  // Waits for the daemon's own word that it answers. Errors: unavailable DAEMON_START_FAILED.
  static Result<DaemonProcess> start(const DaemonOptions& options);
  ~DaemonProcess();
  DaemonProcess(DaemonProcess&& other) noexcept;
  DaemonProcess& operator=(DaemonProcess&&) = delete;

  pid_t pid() const { return pid_; }
  std::chrono::microseconds start_time() const { return start_time_; }  // exec to ready

  // SIGTERM, and its exit status (128 + signal if one ended it).
  int stop();
  void kill();  // SIGKILL
  // Until it has ended by itself.
  int wait();

 private:
  DaemonProcess(pid_t pid, std::chrono::microseconds start_time);
  pid_t pid_;
  std::chrono::microseconds start_time_;
};

// The children of a process: the daemon's key hosts, and what is about to become one.
std::vector<pid_t> children_of(pid_t pid);
// Those that run chancery-keyhost by now.
std::vector<pid_t> key_hosts_of(pid_t daemon);
// SIGSTOP, until each of its threads stands still: before that, any of them may still do something.
void stop_threads_of(pid_t pid);

}  // namespace chancery::testing
