#include "daemon/server/identity.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

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
    identity.is_pid_certain = true;
  } else if (errno == ENOPROTOOPT) {
    identity.pidfd =
        wire::Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, credentials.pid, 0)));
  }
  return identity;
}

}  // namespace chancery::daemon
