// What the doctor says of one thing: a line, and where it is not well, what to do.
#pragma once

#include <string>
#include <vector>

namespace chancery::client {

enum class Health { well, look, ill };  // look: it works, and may not for long

struct Finding {
  Health health = Health::well;
  std::string subject;  // "socket", "disk"
  std::string state;
  std::string advice = {};  // empty where it is well
};

using Findings = std::vector<Finding>;

}  // namespace chancery::client
