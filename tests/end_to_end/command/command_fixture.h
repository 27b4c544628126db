// The `chancery` command, run as a person runs it, against a daemon of the test's own.
#pragma once

#include <gmock/gmock.h>

#include "core/base/json.h"
#include "tests/end_to_end/chancery_run.h"
#include "tests/end_to_end/running_daemon.h"

namespace chancery::testing {

class CommandTest : public ::testing::Test {
 protected:
  ProgramOptions command(std::vector<std::string> arguments) const {
    return chancery_command(std::move(arguments), work_.path(), daemon_.socket());
  }
  ProgramOutcome chancery(std::vector<std::string> arguments) const {
    return run(command(std::move(arguments)));
  }
  // What verifiers are given, as trusted_root.json and key.pem.
  void export_trust() const {
    write_text(work_ / "trusted_root.json", chancery({"trust", "export"}).out);
    write_text(work_ / "key.pem", chancery({"keys", "public-key"}).out);
  }
  ProgramOutcome verify(const std::string& bundle, const std::string& artifact) const {
    return chancery({"verify", "--bundle", bundle, "--key", "key.pem", "--trusted-root",
                     "trusted_root.json", artifact});
  }
  std::filesystem::path work(std::string_view name) const { return work_ / name; }

  RunningDaemon daemon_;
  TemporaryDirectory work_;
};

}  // namespace chancery::testing
