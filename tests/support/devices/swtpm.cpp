#include "tests/support/devices/swtpm.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "core/base/result.h"
#include "tests/support/program_run.h"

extern char** environ;

namespace chancery::testing {
namespace {

constexpr int ready_wait_ms_max = 60'000;

// It writes its number there once it listens.
bool says_ready(int fifo) {
  pollfd wait{fifo, POLLIN, 0};
  char line[16];
  return poll(&wait, 1, ready_wait_ms_max) == 1 && read(fifo, line, sizeof line) > 0;
}

}  // namespace

Swtpm::Swtpm() {
  std::filesystem::create_directory(directory_ / "state");
  CHANCERY_ASSERT(mkfifo((directory_ / "ready").c_str(), 0600) == 0);
  start();
}

Swtpm::~Swtpm() { stop(); }

void Swtpm::start() {
  if (pid_ >= 0) return;
  const int fifo = open((directory_ / "ready").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, (directory_ / "log").c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  // setpriv: a test that is killed leaves no TPM behind.
  std::vector<std::string> words = {
      "setpriv",    "--pdeathsig",
      "KILL",       "swtpm",
      "socket",     "--tpm2",
      "--tpmstate", fmt::format("dir={}", (directory_ / "state").string()),
      "--server",   fmt::format("type=unixio,path={}", socket().string()),
      "--ctrl",     fmt::format("type=unixio,path={}.ctrl", socket().string()),
      "--flags",    "not-need-init,startup-clear",
      "--pid",      fmt::format("file={}", (directory_ / "ready").string())};
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const int error = posix_spawnp(&pid_, "setpriv", &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  CHANCERY_ASSERT(error == 0 && says_ready(fifo));
  close(fifo);
}

void Swtpm::stop() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  std::filesystem::remove(socket());
  std::filesystem::remove(directory_ / "sock.ctrl");
}

void Swtpm::freeze() {
  int status = 0;
  CHANCERY_ASSERT(::kill(pid_, SIGSTOP) == 0 && waitpid(pid_, &status, WUNTRACED) == pid_);
}

void Swtpm::thaw() { CHANCERY_ASSERT(::kill(pid_, SIGCONT) == 0); }

void Swtpm::reset() {
  const std::string control = socket().string() + ".ctrl";
  const ProgramOutcome outcome = run({.program = "/usr/bin/swtpm_ioctl",
                                      .arguments = {"--unix", control, "-i"},
                                      .working_directory = directory_.path()});
  CHANCERY_ASSERT(outcome.status == 0);
}

std::string Swtpm::tool(const std::string& name, const std::vector<std::string>& arguments) const {
  ProgramOutcome outcome = run({.program = "/usr/bin/" + name,
                                .arguments = arguments,
                                .working_directory = directory_.path(),
                                .environment = {{"TPM2TOOLS_TCTI", tcti()}}});
  if (outcome.status != 0) fmt::print(stderr, "{}: {}\n", name, outcome.err);
  CHANCERY_ASSERT(outcome.status == 0);
  return std::move(outcome.out);
}

int Swtpm::try_tool(const std::string& name, const std::vector<std::string>& arguments) const {
  return run({.program = "/usr/bin/" + name,
              .arguments = arguments,
              .working_directory = directory_.path(),
              .environment = {{"TPM2TOOLS_TCTI", tcti()}}})
      .status;
}

// The tools leave in the TPM what they load.
void Swtpm::make_persistent_key(const std::string& handle, const std::string& value) const {
  tool("tpm2_flushcontext", {"-t"});
  tool("tpm2_createprimary", {"-C", "o", "-c", "primary"});
  std::vector<std::string> key = {"-C", "primary", "-G", "ecc256:ecdsa-sha256",
                                  "-u", "public",  "-r", "private",
                                  "-c", "signer"};
  if (!value.empty()) key.insert(key.end(), {"-p", value});
  tool("tpm2_create", key);
  tool("tpm2_flushcontext", {"-t"});
  tool("tpm2_evictcontrol", {"-C", "o", "-c", "signer", handle});
  tool("tpm2_flushcontext", {"-t"});
}

void Swtpm::change_value(const std::string& handle, const std::string& from,
                         const std::string& to) const {
  tool("tpm2_changeauth", {"-C", "primary", "-c", "signer", "-p", from, "-r", "private", to});
  tool("tpm2_flushcontext", {"-t"});
  tool("tpm2_load", {"-C", "primary", "-u", "public", "-r", "private", "-c", "signer"});
  tool("tpm2_flushcontext", {"-t"});
  tool("tpm2_evictcontrol", {"-C", "o", "-c", handle});
  tool("tpm2_evictcontrol", {"-C", "o", "-c", "signer", handle});
  tool("tpm2_flushcontext", {"-t"});
}

}  // namespace chancery::testing
