#include "daemon/server/listen.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace chancery::daemon {
namespace {

Error socket_failed(const std::filesystem::path& path, std::string_view what) {
  return system_error("SOCKET_FAILED", "the socket " + path.string() + ": " + std::string(what),
                      errno);
}

Result<sockaddr_un> address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (!path.is_absolute() || !path.has_filename() || text.size() >= sizeof(address.sun_path)) {
    return invalid_request(
        "SOCKET_PATH_INVALID",
        "the socket's path must be absolute and have at most 107 bytes: " + text);
  }
  std::memcpy(address.sun_path, text.data(), text.size());
  return address;
}

// Opened so that it cannot be exchanged meanwhile, and locked against a second daemon that starts.
Result<wire::Descriptor> open_directory(const std::filesystem::path& path) {
  const std::filesystem::path parent = path.parent_path();
  wire::Descriptor directory(
      ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat found {};
  if (!directory.is_open() || ::fstat(directory.number(), &found) != 0) {
    if (errno == ELOOP || errno == ENOTDIR) {
      return denied("SOCKET_DIRECTORY_UNSAFE",
                    parent.string() + " is a link or no directory: name the directory itself");
    }
    if (errno == ENOENT) {
      return unavailable("SOCKET_FAILED",
                         "the directory of the socket " + path.string() +
                             " is missing: the installed tmpfiles or socket unit makes it; or "
                             "choose another path ([server] socket, or --socket)");
    }
    return socket_failed(path, "opening its directory");
  }
  const bool is_ours = found.st_uid == ::geteuid() || found.st_uid == 0;
  if (!is_ours || (found.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return denied("SOCKET_DIRECTORY_UNSAFE",
                  parent.string() +
                      " must belong to this user or root and be writable by nobody "
                      "else, or others could put their own socket there");
  }
  if (::flock(directory.number(), LOCK_EX) != 0)
    return socket_failed(path, "locking its directory");
  return directory;
}

// Whether anybody accepts connections there.
Result<bool> is_listened_to(const std::filesystem::path& path, const sockaddr_un& address) {
  const wire::Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe.is_open()) return socket_failed(path, "making a socket");
  if (::connect(probe.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
          0 ||
      errno == EAGAIN) {  // its queue is full
    return true;
  }
  if (errno == ECONNREFUSED) return false;
  return socket_failed(path, "asking who listens there");
}

Result<void> clear_path(const wire::Descriptor& directory, const std::filesystem::path& path,
                        const sockaddr_un& address) {
  const std::string name = path.filename().string();
  struct stat found {};
  if (::fstatat(directory.number(), name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return {};
    return socket_failed(path, "looking at its path");
  }
  if (!S_ISSOCK(found.st_mode) || found.st_uid != ::geteuid()) {
    return denied(
        "SOCKET_PATH_TAKEN",
        path.string() + " is no socket of this user's: remove it, or choose another path");
  }
  if (TRY(is_listened_to(path, address))) {
    return unavailable("SOCKET_IN_USE", "a daemon listens at " + path.string() +
                                            " already: stop it, or choose another path");
  }
  if (::unlinkat(directory.number(), name.c_str(), 0) != 0) {
    return socket_failed(path, "removing what a dead daemon left");
  }
  return {};
}

}  // namespace

SocketFile::SocketFile(wire::Descriptor directory, std::string name)
    : directory_(std::move(directory)), name_(std::move(name)) {
  struct stat made {};
  if (::fstatat(directory_.number(), name_.c_str(), &made, AT_SYMLINK_NOFOLLOW) != 0) return;
  device_ = made.st_dev;
  inode_ = made.st_ino;
}

SocketFile::~SocketFile() {
  if (!directory_.is_open()) return;
  struct stat found {};
  if (::fstatat(directory_.number(), name_.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0 &&
      found.st_dev == device_ && found.st_ino == inode_) {
    ::unlinkat(directory_.number(), name_.c_str(), 0);
  }
}

Result<std::optional<Listening>> listen_as_passed() {
  const int count = ::sd_listen_fds(1);
  if (count == 0) return std::optional<Listening>();
  constexpr int is_listening = 1;
  if (count != 1 ||
      ::sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_STREAM, is_listening, nullptr, 0) <= 0) {
    return invalid_request("LISTEN_FDS_INVALID",
                           "systemd must pass one listening Unix stream socket: see the socket "
                           "unit's ListenStream=");
  }
  const int flags = ::fcntl(SD_LISTEN_FDS_START, F_GETFL);
  ::fcntl(SD_LISTEN_FDS_START, F_SETFL, flags | O_NONBLOCK);
  Listening listening;
  listening.socket = wire::Descriptor(SD_LISTEN_FDS_START);
  return std::optional<Listening>(std::move(listening));
}

Result<Listening> listen_at(const std::filesystem::path& path, mode_t mode) {
  const sockaddr_un address = TRY(address_of(path));
  wire::Descriptor directory = TRY(open_directory(path));
  TRY(clear_path(directory, path, address));

  Listening listening;
  listening.socket =
      wire::Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int socket = listening.socket.number();
  if (!listening.socket.is_open() ||
      ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return socket_failed(path, "binding it");
  }
  const int directory_number = directory.number();
  listening.file = SocketFile(std::move(directory), path.filename().string());
  // Between bind and listen every connect is refused, so nobody slips in under the umask's mode.
  if (::fchmodat(directory_number, path.filename().c_str(), mode, 0) != 0 ||
      ::listen(socket, SOMAXCONN) != 0) {
    return socket_failed(path, "listening on it");
  }
  ::flock(directory_number, LOCK_UN);
  return listening;
}

Result<Listening> listen(const std::filesystem::path& path, mode_t mode) {
  std::optional<Listening> passed = TRY(listen_as_passed());
  if (passed) return std::move(*passed);
  return listen_at(path, mode);
}

}  // namespace chancery::daemon
