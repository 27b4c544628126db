// The listening socket: passed by systemd, or bound by us.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "wire/descriptor.h"

namespace chancery::daemon {

// A socket's file that we made; removed with the value, unless another has taken its place.
class SocketFile {
 public:
  SocketFile() = default;
  SocketFile(wire::Descriptor directory, std::string name);
  SocketFile(SocketFile&&) noexcept = default;
  SocketFile& operator=(SocketFile&&) noexcept = default;
  ~SocketFile();

 private:
  wire::Descriptor directory_;
  std::string name_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

struct Listening {
  wire::Descriptor socket;  // non-blocking
  SocketFile file;          // none when systemd passed the socket
};

// What systemd passed, or nothing. Call it once, before threads are started: it clears the
// environment. Error: invalid_request LISTEN_FDS_INVALID when it is not one listening Unix socket.
Result<std::optional<Listening>> listen_as_passed();

// Binds `path`, which is absolute, with `mode`. Nobody can connect before the mode is set. A socket
// left behind by a daemon that died is replaced. Errors:
//   invalid_request SOCKET_PATH_INVALID      not absolute, or too long
//   denied SOCKET_DIRECTORY_UNSAFE           not ours or root's, writable by others, or a link
//   unavailable SOCKET_IN_USE                a daemon listens there
//   denied SOCKET_PATH_TAKEN                 something else lies there, or another user's socket
//   unavailable SOCKET_FAILED                the host refuses
Result<Listening> listen_at(const std::filesystem::path& path, mode_t mode);

// What systemd passed, or else bound.
Result<Listening> listen(const std::filesystem::path& path, mode_t mode);

}  // namespace chancery::daemon
