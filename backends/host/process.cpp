#include "backends/host/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <utility>

namespace chancery::host {
namespace {

// posix_spawn's two argument objects, always destroyed.
struct SpawnPlan {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  SpawnPlan() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
};

// A module that prints to its standard output meets nobody there.
void plan_files(SpawnPlan& plan, int socket) {
  posix_spawn_file_actions_addopen(&plan.files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&plan.files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&plan.files, socket, socket_in_host);
  posix_spawn_file_actions_addclosefrom_np(&plan.files, socket_in_host + 1);
}

void plan_signals(SpawnPlan& plan) {
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&plan.attributes, &none);
  posix_spawnattr_setsigdefault(&plan.attributes, &all);
  posix_spawnattr_setflags(
      &plan.attributes,
      static_cast<short>(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
}

// Returns once the process has left, or after `patience`.
void await_exit(pid_t id, std::chrono::milliseconds patience) {
  // glibc 2.36 declares pidfd_open without C linkage.
  const auto descriptor = static_cast<int>(syscall(SYS_pidfd_open, id, 0));
  if (descriptor < 0) return;
  pollfd entry{descriptor, POLLIN, 0};
  poll(&entry, 1, static_cast<int>(patience.count()));
  close(descriptor);
}

}  // namespace

Result<Process> Process::start(const std::filesystem::path& program,
                               const std::vector<std::string>& environment) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    return system_error("KEY_HOST_START_FAILED", "cannot make a socket for a key host", errno);
  }
  // dup2 onto itself would leave close-on-exec set.
  const int far_end = fcntl(pair[1], F_DUPFD_CLOEXEC, socket_in_host + 1);
  close(pair[1]);

  SpawnPlan plan;
  plan_files(plan, far_end);
  plan_signals(plan);
  std::string name = program.string();
  char* const arguments[] = {name.data(), nullptr};
  std::vector<char*> variables;
  variables.reserve(environment.size() + 1);
  for (const std::string& variable : environment) {
    variables.push_back(const_cast<char*>(variable.c_str()));
  }
  variables.push_back(nullptr);

  pid_t id = -1;
  const int failure =
      posix_spawn(&id, name.c_str(), &plan.files, &plan.attributes, arguments, variables.data());
  close(far_end);
  if (failure != 0) {
    close(pair[0]);
    return system_error("KEY_HOST_START_FAILED", fmt::format("cannot start {}", name), failure);
  }
  return Process(id, pair[0]);
}

Process::~Process() { end(std::chrono::milliseconds::zero()); }

Process::Process(Process&& other) noexcept
    : id_(std::exchange(other.id_, -1)), socket_(std::exchange(other.socket_, -1)) {}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(socket_, other.socket_);
  return *this;
}

std::size_t Process::resident_bytes() const {
  std::ifstream file(fmt::format("/proc/{}/statm", id_));
  std::size_t all = 0;
  std::size_t resident = 0;
  if (!(file >> all >> resident)) return 0;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::string Process::end(std::chrono::milliseconds patience) {
  if (id_ < 0) return "had ended before";
  close(std::exchange(socket_, -1));
  await_exit(id_, patience);
  CHANCERY_ASSERT(id_ > 1);  // its negative would name other processes than these
  kill(id_, SIGKILL);
  kill(-id_, SIGKILL);  // its whole session: a module may have forked
  int status = 0;
  while (waitpid(id_, &status, 0) < 0 && errno == EINTR) {
  }
  id_ = -1;
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    const char* name = sigdescr_np(signal);
    return fmt::format("was killed by signal {} ({})", signal, name == nullptr ? "?" : name);
  }
  return fmt::format("exited with status {}", WEXITSTATUS(status));
}

}  // namespace chancery::host
