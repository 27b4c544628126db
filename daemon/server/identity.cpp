#include "daemon/server/identity.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "daemon/server/origin.h"

namespace chancery::daemon {
namespace {

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77  // Linux 6.5; Debian 12's headers are older
#endif

Error peer_unknown(std::string_view what) {
  return internal("PEER_UNKNOWN",
                  std::string(what) + " of a connected socket failed: " + std::strerror(errno));
}

Result<std::vector<std::uint32_t>> groups_of(int socket) {
  std::vector<std::uint32_t> groups(32);
  while (true) {
    auto bytes = static_cast<socklen_t>(groups.size() * sizeof(std::uint32_t));
    const int failed = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &bytes);
    // ERANGE: `bytes` now says how much there is.
    if (failed != 0 && errno != ERANGE) return peer_unknown("SO_PEERGROUPS");
    groups.resize(bytes / sizeof(std::uint32_t));
    if (failed == 0) return groups;
  }
}

Error changed(const policy::Peer& peer, const ucred& sender) {
  return denied("PEER_CHANGED", "process " + std::to_string(sender.pid) +
                                    " sends on a socket that process " + std::to_string(peer.pid) +
                                    " has connected: each process connects for itself");
}

bool is_running(const wire::Descriptor& pidfd) {
  pollfd ended{pidfd.number(), POLLIN, 0};
  return pidfd.is_open() && ::poll(&ended, 1, 0) == 0;
}

}  // namespace

Result<Identity> identify(int socket) {
  ucred credentials{};
  socklen_t bytes = sizeof(credentials);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &bytes) != 0) {
    return peer_unknown("SO_PEERCRED");
  }
  Identity identity;
  identity.peer.uid = credentials.uid;
  identity.peer.gid = credentials.gid;
  identity.peer.pid = credentials.pid;
  identity.peer.groups = TRY(groups_of(socket));
  std::erase(identity.peer.groups, identity.peer.gid);

  int pidfd = -1;
  bytes = sizeof(pidfd);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &bytes) == 0) {
    identity.pidfd = wire::Descriptor(pidfd);
    identity.peer.is_pid_certain = true;
  } else if (errno == ENOPROTOOPT) {
    identity.pidfd =
        wire::Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, credentials.pid, 0)));
  }
  read_origin(identity.peer);
  // What was read is of that process only if its pid cannot have been given to another meanwhile.
  if (!is_running(identity.pidfd)) forget_origin(identity.peer);
  return identity;
}

Result<void> ask_for_senders(int socket) {
  const int yes = 1;
  if (::setsockopt(socket, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)) == 0) return {};
  return system_error("SERVER_START_FAILED", "SO_PASSCRED of a socket", errno);
}

Received receive(int socket, std::span<std::uint8_t> buffer) {
  Received received{-1, {}};
  iovec place{buffer.data(), buffer.size()};
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(ucred))> control;
  msghdr message{};
  message.msg_iov = &place;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  // Descriptors that a client passes do not fit beside the credentials: the kernel drops them.
  received.count = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (received.count <= 0) return received;
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_type == SCM_CREDENTIALS) {
    std::memcpy(&received.sender.emplace(), CMSG_DATA(header), sizeof(ucred));
  }
  return received;
}

Result<void> check_sender(const Identity& identity, const std::optional<ucred>& sender) {
  const policy::Peer& peer = identity.peer;
  if (sender && sender->pid != peer.pid) return changed(peer, *sender);
  // Processes of pid namespaces that we do not see into all have pid 0 here.
  if (sender && sender->pid == 0 && sender->uid != peer.uid) return changed(peer, *sender);
  if (!is_running(identity.pidfd)) {
    return denied("PEER_GONE", "process " + std::to_string(peer.pid) +
                                   " has connected and ended, and another one sends on its socket: "
                                   "each process connects for itself");
  }
  return {};
}

}  // namespace chancery::daemon
