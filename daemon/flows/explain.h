// What would happen if it were asked for: the same judgement, and nothing more.
#pragma once

#include <string>

#include "daemon/flows/asked.h"
#include "daemon/flows/parts.h"

namespace chancery::daemon {

struct Explanation {
  policy::Decision decision;
  std::optional<Error> refusal;  // none: it would be signed
  std::string key;               // backend:name
};

// Touches no key and takes no token. Where it is a digest, which one does not matter.
Explanation explain(const Parts& parts, const policy::Peer& peer, const Asked& asked);

}  // namespace chancery::daemon
