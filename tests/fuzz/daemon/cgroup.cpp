// Any bytes as /proc/PID/cgroup: an answer, never a crash, and never a unit of a user's own.
#include <cstdint>
#include <cstdlib>

#include "core/policy/cgroup.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const chancery::policy::Cgroup found = chancery::policy::parse_cgroup(text);
  if (found.unit.find('/') != std::string::npos) std::abort();
  // What a user's manager names lies below user.slice, and no name has a line break.
  const std::string of_user = "0::/user.slice/" + std::string(text.substr(0, text.find('\n')));
  if (!chancery::policy::parse_cgroup(of_user).unit.empty()) std::abort();
  return 0;
}
