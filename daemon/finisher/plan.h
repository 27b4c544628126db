// Which services elsewhere have a part in a signature: fixed when it is accepted.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"

namespace chancery::daemon {

struct Plan {
  std::vector<std::string> logs;         // each of them records it
  std::vector<std::string> authorities;  // in the order in which they are asked
  std::size_t timestamps = 0;            // of so many distinct authorities

  bool empty() const { return logs.empty() && authorities.empty(); }
};

// As the journal names them (RemoteStep::destination).
std::string log_destination(const std::string& name);
std::string authority_destination(const std::string& name);
std::string log_named(std::string_view destination);  // the name in a log's destination

// As the journal keeps it. Names have no spaces or line breaks.
std::string write_plan(const Plan& plan);
// Error: corrupt JOURNAL_DAMAGED.
Result<Plan> parse_plan(std::string_view text);

}  // namespace chancery::daemon
