// Where a peer comes from, as records keep it.
#pragma once

#include "core/policy/rule.h"
#include "daemon/journal/records.h"

namespace chancery::daemon {

inline Origin origin_of(const policy::Peer& peer) {
  return {peer.unit, peer.invocation, peer.container, peer.executable};
}

}  // namespace chancery::daemon
