// Who asks, as records keep it.
#pragma once

#include "core/policy/rule.h"
#include "daemon/journal/records.h"
#include "daemon/server/call.h"

namespace chancery::daemon {

inline Origin origin_of(const policy::Peer& peer) {
  return {peer.unit, peer.invocation, peer.container, peer.executable};
}

// But for what was done, and what came of it.
inline Act act_of(const policy::Peer& peer, const Grant& grant, std::string_view method,
                  WallTime at) {
  return {.uid = peer.uid,
          .gid = peer.gid,
          .pid = peer.pid,
          .origin = origin_of(peer),
          .rule = grant.rule,
          .policy = grant.policy,
          .method = std::string(method),
          .at = at};
}

inline void end(Act& act, const Result<void>& outcome) {
  act.outcome = outcome.ok() ? "done" : outcome.error().reason;
  if (!outcome.ok()) act.message = outcome.error().message;
}

}  // namespace chancery::daemon
