// What systemd would hear of a daemon: a NOTIFY_SOCKET of the test's own.
#pragma once

#include <filesystem>
#include <string>

#include "tests/support/temporary_directory.h"

namespace chancery::testing {

// One thread.
class NotifySocket {
 public:
  NotifySocket();
  ~NotifySocket();
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  std::filesystem::path path() const { return directory_ / "notify"; }
  // Takes messages until one is `line`, such as "READY=1"; false if none comes for a minute.
  bool hears(const std::string& line);

 private:
  TemporaryDirectory directory_;
  int socket_;
};

}  // namespace chancery::testing
