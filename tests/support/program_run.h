// One run of a program, to its exit status and all that it said.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace chancery::testing {

struct ProgramOptions {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  std::filesystem::path working_directory;
  std::vector<std::pair<std::string, std::string>> environment = {};  // added to ours
  std::string standard_input = {};
};

struct ProgramOutcome {
  int status = -1;  // 128 + signal if one ended it
  std::string out;
  std::string err;
};

// Runs beside the test until it is waited for; killed by pid where nobody waits.
class ProgramRun {
 public:
  explicit ProgramRun(const ProgramOptions& options);
  ~ProgramRun();
  ProgramRun(const ProgramRun&) = delete;
  ProgramRun& operator=(const ProgramRun&) = delete;

  pid_t pid() const { return pid_; }
  ProgramOutcome wait();

 private:
  TemporaryDirectory directory_;  // what it reads and says
  pid_t pid_ = -1;
};

// As exec(3) wants them: each text's, and a null pointer. They live as long as the texts.
std::vector<char*> pointers_to(std::vector<std::string>& texts);

inline ProgramOutcome run(const ProgramOptions& options) { return ProgramRun(options).wait(); }

}  // namespace chancery::testing
