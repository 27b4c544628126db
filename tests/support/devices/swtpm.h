// A software TPM of one test's own, reached through a Unix socket.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace chancery::testing {

// Runs from construction on; its state outlives stop(). Dies with the test.
class Swtpm {
 public:
  Swtpm();
  ~Swtpm();
  Swtpm(const Swtpm&) = delete;
  Swtpm& operator=(const Swtpm&) = delete;

  // For the backend's option `tcti`, and for tpm2-tools.
  std::string tcti() const { return "swtpm:path=" + socket().string(); }

  pid_t pid() const { return pid_; }

  void start();   // where it was stopped; a new start resets a TPM
  void stop();    // SIGKILL
  void freeze();  // takes commands and does not answer
  void thaw();
  // As by the reset line: everything that was loaded is gone, and it has to be started up.
  void reset();

  // Runs one of tpm2-tools on it, in a directory of this TPM's own; asserts that it succeeds.
  std::string tool(const std::string& name, const std::vector<std::string>& arguments) const;
  // The same where it may fail: its exit status.
  int try_tool(const std::string& name, const std::vector<std::string>& arguments) const;
  // A new P-256 signing key that stays in the TPM under this handle, "0x81000200". Wrong tries of
  // its authorisation value are counted.
  void make_persistent_key(const std::string& handle, const std::string& value = {}) const;
  // The key that was made last, under the same handle with another value.
  void change_value(const std::string& handle, const std::string& from,
                    const std::string& to) const;
  const TemporaryDirectory& directory() const { return directory_; }

 private:
  std::filesystem::path socket() const { return directory_ / "sock"; }
  TemporaryDirectory directory_;
  pid_t pid_ = -1;
};

}  // namespace chancery::testing
