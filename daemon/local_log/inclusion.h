// Where an entry lies, and the proof against a signed checkpoint.
#pragma once

#include "core/bundle/bundle.h"

namespace chancery::daemon {

struct Inclusion {
  std::uint64_t log_index = 0;
  bundle::InclusionProof proof;
};

}  // namespace chancery::daemon
