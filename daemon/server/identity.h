// Who is there: what the kernel says of the process that connected, and whether it is still the one
// that sends.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <span>

#include "core/base/result.h"
#include "core/policy/rule.h"
#include "wire/descriptor.h"

namespace chancery::daemon {

struct Identity {
  policy::Peer peer;
  // Refers to the connecting process even when its pid is used again. Not open when that process
  // had ended already. Before Linux 6.5 (no SO_PEERPIDFD: peer.is_pid_certain is false) it was
  // opened by number, and may be another's.
  wire::Descriptor pidfd;
};

// Of a connected Unix socket. Error: internal PEER_UNKNOWN.
Result<Identity> identify(int socket);

// What one recvmsg(2) gave. Bytes of two senders never come in one.
struct Received {
  ssize_t count;                // as recvmsg(2) answers
  std::optional<ucred> sender;  // none: sent before anybody asked for senders
};

// From now on what arrives says who sent it; accepted sockets inherit that, but for those of
// before. Error: unavailable SERVER_START_FAILED.
Result<void> ask_for_senders(int socket);
Received receive(int socket, std::span<std::uint8_t> buffer);

// Whether the sender is the process that connected, and that one still runs: one system call. A
// socket that was passed on or inherited gives nobody another's permissions.
// Errors (denied): PEER_CHANGED, PEER_GONE.
Result<void> check_sender(const Identity& identity, const std::optional<ucred>& sender);

}  // namespace chancery::daemon
