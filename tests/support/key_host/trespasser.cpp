// A registry for a key host of tests alone: backends whose every key is an attempt at something
// that a key host must not do. Their signature is an error that says how it went.
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "backends/registry.h"
#include "backends/software/key_file.h"
#include "backends/software/signer.h"

extern char** environ;

namespace chancery {
namespace {

// Each answers 0 for success or the error number.
int outcome(long result) { return result < 0 ? errno : 0; }

int open_and_close(const char* path, int flags) {
  const int descriptor = open(path, flags | O_CLOEXEC, 0600);
  if (descriptor < 0) return errno;
  close(descriptor);
  return 0;
}

int execute() {
  char name[] = "/bin/true";
  char* arguments[] = {name, nullptr};
  return outcome(execve(name, arguments, environ));
}

int fork_and_wait() {
  const pid_t child = fork();
  if (child < 0) return errno;
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  return 0;
}

int map_executable() {
  void* page =
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return errno;
  munmap(page, 4096);
  return 0;
}

int make_ring() {
  io_uring_params parameters{};
  return outcome(syscall(SYS_io_uring_setup, 1, &parameters));
}

// What the process has left, found by asking.
int count_environment() {
  int count = 0;
  for (char** variable = environ; *variable != nullptr; ++variable) ++count;
  return count;
}

int count_descriptors() {
  int count = 0;
  for (int i = 0; i < 1024; ++i) count += fcntl(i, F_GETFD) >= 0 ? 1 : 0;
  return count;
}

// Far out: it costs no disk where it is allowed.
int write_huge_file(const std::string& path) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return errno;
  const int written = outcome(pwrite(descriptor, "x", 1, off_t{1} << 40));
  close(descriptor);
  return written;
}

int map_gigabytes() {
  constexpr std::size_t size = std::size_t{4} << 30;
  void* pages = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) return errno;
  munmap(pages, size);
  return 0;
}

int core_bytes_max() {
  rlimit limit{};
  getrlimit(RLIMIT_CORE, &limit);
  return static_cast<int>(limit.rlim_max);
}

struct Attempt {
  std::string_view name;
  int (*make)(const std::string& own_directory);
};

constexpr std::array attempts{
    Attempt{"open a file",
            [](const std::string&) { return open_and_close("/etc/passwd", O_RDONLY); }},
    Attempt{
        "open its own file",
        [](const std::string& own) { return open_and_close((own + "/own").c_str(), O_RDONLY); }},
    Attempt{"write its own file",
            [](const std::string& own) {
              return open_and_close((own + "/new").c_str(), O_WRONLY | O_CREAT);
            }},
    Attempt{"write a huge file",
            [](const std::string& own) { return write_huge_file(own + "/huge"); }},
    Attempt{"map gigabytes", [](const std::string&) { return map_gigabytes(); }},
    Attempt{"write elsewhere",
            [](const std::string&) {
              return open_and_close("/tmp/chancery-trespass", O_WRONLY | O_CREAT);
            }},
    Attempt{"read its parent's memory",
            [](const std::string&) {
              return open_and_close(fmt::format("/proc/{}/mem", getppid()).c_str(), O_RDONLY);
            }},
    Attempt{"make an IPv4 socket",
            [](const std::string&) { return outcome(socket(AF_INET, SOCK_STREAM, 0)); }},
    Attempt{"make an IPv6 socket",
            [](const std::string&) { return outcome(socket(AF_INET6, SOCK_DGRAM, 0)); }},
    Attempt{"make a netlink socket",
            [](const std::string&) { return outcome(socket(AF_NETLINK, SOCK_RAW, 0)); }},
    Attempt{"make a local socket",
            [](const std::string&) { return outcome(socket(AF_UNIX, SOCK_STREAM, 0)); }},
    Attempt{"execute", [](const std::string&) { return execute(); }},
    Attempt{"fork", [](const std::string&) { return fork_and_wait(); }},
    Attempt{"trace",
            [](const std::string&) { return outcome(ptrace(PTRACE_SEIZE, getppid(), 0, 0)); }},
    Attempt{"signal its parent", [](const std::string&) { return outcome(kill(getppid(), 0)); }},
    Attempt{"map executable memory", [](const std::string&) { return map_executable(); }},
    Attempt{"make an io_uring", [](const std::string&) { return make_ring(); }},
    Attempt{"unshare", [](const std::string&) { return outcome(unshare(CLONE_NEWUSER)); }},
    Attempt{"may gain privileges",
            [](const std::string&) { return 1 - prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); }},
    Attempt{"may be dumped", [](const std::string&) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0); }},
    Attempt{"core file's bytes", [](const std::string&) { return core_bytes_max(); }},
    Attempt{"variables", [](const std::string&) { return count_environment(); }},
    Attempt{"descriptors", [](const std::string&) { return count_descriptors(); }},
    Attempt{"leads its session", [](const std::string&) { return getsid(0) == getpid() ? 1 : 0; }},
};

class Trespasser final : public KeyBackend {
 public:
  explicit Trespasser(const BackendConfig& config) : own_(*config.find("directory")) {
    auto key = software::generate_key(Algorithm::ecdsa_p256_sha256).value();
    const auto signer = software::Signer::create("key", std::move(key), "key").value();
    for (const Attempt& attempt : attempts) {
      keys_.push_back({std::string(attempt.name), signer.info().algorithm, signer.info().spki});
    }
  }
  Result<std::vector<KeyInfo>> list_keys(Deadline) override { return keys_; }
  std::vector<UnusableKey> unusable_keys() const override { return {}; }
  Result<Bytes> sign(std::string_view key_name, ByteView, Deadline) override {
    for (const Attempt& attempt : attempts) {
      if (attempt.name == key_name) {
        return internal("ATTEMPTED", std::to_string(attempt.make(own_)));
      }
    }
    return not_found("KEY_NOT_FOUND", "no such attempt");
  }

 private:
  std::string own_;
  std::vector<KeyInfo> keys_;
};

Result<std::vector<std::unique_ptr<KeyBackend>>> open_trespasser(const BackendConfig& config,
                                                                 std::size_t count, Deadline) {
  std::vector<std::unique_ptr<KeyBackend>> out;
  while (out.size() < count) out.push_back(std::make_unique<Trespasser>(config));
  return out;
}

std::vector<BackendPath> own_directory(const BackendConfig& config) {
  return {{*config.find("directory"), BackendPath::write}};
}

}  // namespace

std::span<const BackendType> backend_types() {
  static constexpr auto check = [](const BackendConfig&) { return std::vector<std::string>(); };
  static constexpr std::array types{
      BackendType{"in memory", 2, Confinement::memory_only, check, own_directory, open_trespasser},
      BackendType{"with a device", 2, Confinement::device, check, own_directory, open_trespasser},
  };
  return types;
}

}  // namespace chancery
