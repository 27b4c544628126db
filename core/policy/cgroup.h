// What /proc/PID/cgroup says of a process: which system unit it runs in, and which container.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace chancery::policy {

struct Cgroup {
  // "build.service". Empty: none of the system manager's, such as a login or a user's own unit,
  // whatever that one is called.
  std::string unit;
  std::string container;  // its id in hexadecimal, as engines name cgroups; empty: none
};

// The file's text, of cgroup v1, v2 or both. What is not understood says nothing: no error lets
// anybody be somebody else.
Cgroup parse_cgroup(std::string_view text);

}  // namespace chancery::policy
