// Everything that is decided before a request is accepted; nothing is touched by it.
#pragma once

#include <optional>

#include "daemon/flows/asked.h"
#include "daemon/flows/keys/newest_key.h"
#include "daemon/flows/parts.h"
#include "daemon/server/call.h"

namespace chancery::daemon {

struct Judgement {
  policy::Decision decision;     // of the rules; of use also where the request is refused
  std::optional<Error> refusal;  // none: it may be signed, if the rule's rates allow it now
  std::optional<NewestKey> key;  // with which
  Plan plan;                     // what services elsewhere are to do for it
};

// May this peer have this signed, and is there a key and a log for it? Which digest does not
// matter. Errors: not_found PROFILE_UNKNOWN; denied NO_RULE, KIND_NOT_SIGNED; unavailable
// RECORDING_OVERDUE; those of Standing::check_profile(), LocalLog::ready(), find_newest_key() and
// Finisher::may_take().
Judgement judge(const Parts& parts, const Config& config, const policy::Peer& peer,
                const Asked& asked);

// Whether any rule lets the caller use a profile at all: asked before anything else is spent on it.
// A refusal is on record as one to sign is. Error: denied NO_RULE.
Result<void> require_rule(const Parts& parts, const Call& call, std::string_view profile);

}  // namespace chancery::daemon
