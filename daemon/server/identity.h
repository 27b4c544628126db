// Who is there: what the kernel says of the process that connected.
#pragma once

#include "core/base/result.h"
#include "core/policy/rule.h"
#include "wire/descriptor.h"

namespace chancery::daemon {

struct Identity {
  policy::Peer peer;
  // Refers to the connecting process even when its pid is used again. Not open when that process
  // has ended already.
  wire::Descriptor pidfd;
  // False before Linux 6.5 (no SO_PEERPIDFD): pidfd was opened by number, and may be another's.
  bool is_pid_certain = false;
};

// Of a connected Unix socket. Error: internal PEER_UNKNOWN.
Result<Identity> identify(int socket);

}  // namespace chancery::daemon
