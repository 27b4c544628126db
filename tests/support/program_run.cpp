#include "tests/support/program_run.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/result.h"

extern char** environ;

namespace chancery::testing {

namespace {

std::vector<std::string> environment_of(const ProgramOptions& options) {
  std::vector<std::string> out;
  for (const auto& [name, value] : options.environment) out.push_back(name + "=" + value);
  for (char** entry = environ; *entry != nullptr; ++entry) out.emplace_back(*entry);
  return out;
}

}  // namespace

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (std::string& text : strings) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

ProgramRun::ProgramRun(const ProgramOptions& options) {
  write_text(directory_ / "in", options.standard_input);
  const std::string in = directory_ / "in", out = directory_ / "out", err = directory_ / "err";
  constexpr int made = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), made, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), made, 0600);
  posix_spawn_file_actions_addchdir_np(&actions, options.working_directory.c_str());
  std::vector<std::string> words{options.program};
  words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  std::vector<std::string> variables = environment_of(options);
  const int error = posix_spawn(&pid_, options.program.c_str(), &actions, nullptr,
                                pointers_to(words).data(), pointers_to(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  CHANCERY_ASSERT(error == 0);
}

ProgramRun::~ProgramRun() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  wait();
}

ProgramOutcome ProgramRun::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          read_text(directory_ / "out"), read_text(directory_ / "err")};
}

}  // namespace chancery::testing
