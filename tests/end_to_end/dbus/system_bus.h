// The system's bus and its polkit, for one test: real ones, at their usual places in a mount
// namespace of the test's own, with this project's files and with rules of the test's.
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <memory>
#include <string>

#include "tests/support/program_run.h"

namespace chancery::testing {

inline constexpr uid_t bus_service_uid = 64'200;  // chancery-dbus, in /etc/passwd of the test's own

// Enters the namespace, once: gtest runs tests one after another, and the first one's serves all.
// Why it cannot be done here; empty: it was.
const std::string& enter_a_host_of_our_own();

class SystemBus {
 public:
  SystemBus();

  void start_polkit();
  void stop_polkit() { polkit_.reset(); }
  pid_t polkit_pid() const { return polkit_->pid(); }

  // Asserts that somebody has this name within a minute.
  void wait_for(const std::string& name);
  bool has(const std::string& name);

  // Another connection, of root.
  static std::unique_ptr<sdbus::IConnection> connect() {
    return sdbus::createSystemBusConnection();
  }

 private:
  std::unique_ptr<ProgramRun> bus_;
  std::unique_ptr<sdbus::IConnection> connection_;
  std::unique_ptr<ProgramRun> polkit_;
};

}  // namespace chancery::testing
