// A key host's process, seen from the daemon: started with a socket, ended for certain.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace chancery::host {

// Owns the process and the daemon's end of the socket; the destructor kills and reaps.
class Process {
 public:
  // The program gets the socket as descriptor 3, stderr as ours, nothing else; a session of its
  // own, so that a terminal's Ctrl-C does not reach it. `environment` is the whole of it.
  // Errors: unavailable KEY_HOST_START_FAILED.
  static Result<Process> start(const std::filesystem::path& program,
                               const std::vector<std::string>& environment);
  ~Process();
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;

  int socket() const { return socket_; }
  pid_t id() const { return id_; }

  // What it has in memory; 0 where the kernel does not say.
  std::size_t resident_bytes() const;

  // Ends it: lets go of the socket, waits up to `patience` for it to leave, kills it, reaps it.
  // Says how it went ("exited with status 1", "was killed by signal 9 (Killed)").
  std::string end(std::chrono::milliseconds patience);

 private:
  Process(pid_t id, int socket) : id_(id), socket_(socket) {}
  pid_t id_ = -1;
  int socket_ = -1;
};

inline constexpr int socket_in_host = 3;

}  // namespace chancery::host
