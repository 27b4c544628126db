#include "tests/support/daemon/notify_socket.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/base/result.h"

namespace chancery::testing {

NotifySocket::NotifySocket() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = path();
  CHANCERY_ASSERT(name.size() < sizeof(address.sun_path));
  std::copy(name.begin(), name.end(), address.sun_path);
  CHANCERY_ASSERT(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
                  0);
  const timeval patience{.tv_sec = 60, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}

NotifySocket::~NotifySocket() { ::close(socket_); }

bool NotifySocket::hears(const std::string& line) {
  for (std::array<char, 4096> message{};;) {
    const ssize_t size = ::recv(socket_, message.data(), message.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return false;
    if (line == std::string_view(message.data(), static_cast<std::size_t>(size))) return true;
  }
}

}  // namespace chancery::testing
