#include "tests/support/daemon/daemon_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <utility>

#include "tests/support/patience.h"
#include "tests/support/program_run.h"
#include "tests/support/temporary_directory.h"

extern char** environ;

namespace chancery::testing {
namespace {

using std::chrono::steady_clock;

// Generous: a sanitised daemon on a busy machine is slow, and nothing waits longer than it must.
constexpr int ready_wait_ms_max = 60'000;
constexpr int ready_fd = 9;

std::vector<std::string> arguments(const DaemonOptions& options) {
  std::vector<std::string> out = {options.program, "--ready-fd", std::to_string(ready_fd)};
  if (options.config.empty()) {
    out.insert(out.end(), {"--state", options.state_directory, "--socket", options.socket});
  } else {
    out.insert(out.end(), {"--config", options.config});
  }
  out.insert(out.end(), options.more_arguments.begin(), options.more_arguments.end());
  return out;
}

std::vector<std::string> environment(const DaemonOptions& options) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) out.emplace_back(*entry);
  for (const auto& [name, value] : options.environment) out.push_back(name + "=" + value);
  return out;
}

int exit_status(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool says_ready(int fd) {
  pollfd wait{fd, POLLIN, 0};
  char line[16];
  return poll(&wait, 1, ready_wait_ms_max) == 1 && read(fd, line, sizeof line) > 0;
}

}  // namespace

Result<DaemonProcess> DaemonProcess::start(const DaemonOptions& options) {
  int ready[2];
  if (pipe2(ready, O_CLOEXEC) != 0) return system_error("DAEMON_START_FAILED", "pipe", errno);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ready[1], ready_fd);
  if (!options.standard_error.empty()) {
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, options.standard_error.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
  }
  std::vector<std::string> words = arguments(options);
  std::vector<std::string> variables = environment(options);
  const auto began = steady_clock::now();
  pid_t pid = -1;
  const int error = posix_spawn(&pid, options.program.c_str(), &actions, nullptr,
                                pointers_to(words).data(), pointers_to(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  close(ready[1]);
  const bool is_ready = error == 0 && says_ready(ready[0]);
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - began);
  close(ready[0]);
  if (error != 0) return system_error("DAEMON_START_FAILED", options.program.string(), error);
  DaemonProcess process(pid, took);
  if (is_ready) return process;
  ::kill(pid, SIGTERM);
  const int status = process.wait();
  return unavailable("DAEMON_START_FAILED", fmt::format("chanceryd ended with status {}", status));
}

DaemonProcess::DaemonProcess(pid_t pid, std::chrono::microseconds start_time)
    : pid_(pid), start_time_(start_time) {}

DaemonProcess::DaemonProcess(DaemonProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), start_time_(other.start_time_) {}

DaemonProcess::~DaemonProcess() {
  if (pid_ > 0) kill();
}

// kill(2): -1 would be every process that we may signal.
int DaemonProcess::stop() {
  if (pid_ <= 0) return -1;
  ::kill(pid_, SIGTERM);
  return wait();
}

void DaemonProcess::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  wait();
}

int DaemonProcess::wait() {
  if (pid_ <= 0) return -1;
  return exit_status(std::exchange(pid_, -1));
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> out;
  for (const auto& task : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid))) {
    std::ifstream list(task.path() / "children");
    for (pid_t child = 0; list >> child;) out.push_back(child);
  }
  return out;
}

std::vector<pid_t> key_hosts_of(pid_t daemon) {
  std::vector<pid_t> hosts = children_of(daemon);
  // The kernel keeps 15 characters of a program's name.
  std::erase_if(hosts, [](pid_t child) {
    return read_text(fmt::format("/proc/{}/comm", child)) != "chancery-keyhos\n";
  });
  return hosts;
}

void stop_threads_of(pid_t pid) {
  ::kill(pid, SIGSTOP);
  const auto stands_still = [](const auto& task) {
    // proc(5): the state comes behind the name, which is in parentheses.
    const std::string status = read_text(task.path() / "stat");
    const std::size_t name_end = status.rfind(')');
    return name_end != std::string::npos && status.substr(name_end, 3) == ") T";
  };
  const std::filesystem::path tasks = fmt::format("/proc/{}/task", pid);
  while (!std::ranges::all_of(std::filesystem::directory_iterator(tasks),
                              std::filesystem::directory_iterator(), stands_still)) {
    pause_briefly();
  }
}

}  // namespace chancery::testing
