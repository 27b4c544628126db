#include "client/doctor/host_checks.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/base/limits/command.h"
#include "core/base/limits/journal.h"

namespace chancery::client {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> unit_folders = {
    "etc/systemd/system", "usr/local/lib/systemd/system", "usr/lib/systemd/system"};

bool others_write(const struct stat& status) {
  return (status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (status.st_mode & S_ISVTX) == 0;
}

std::vector<fs::path> files_of_unit(const fs::path& root) {
  std::vector<fs::path> out;
  std::error_code ignored;
  for (const std::string_view folder : unit_folders) {
    const fs::path unit = root / folder / "chanceryd.service";
    if (fs::exists(unit, ignored)) out.push_back(unit);
    for (const auto& entry : fs::directory_iterator(unit.string() + ".d", ignored)) {
      if (entry.path().extension() == ".conf") out.push_back(entry.path());
    }
  }
  return out;
}

// "NAME:/path", as LoadCredential= and LoadCredentialEncrypted= have it.
Finding check_credential(const fs::path& root, const std::string& value) {
  const std::size_t colon = value.find(':');
  const std::string subject = "credential " + value.substr(0, colon);
  const std::string named = colon == std::string::npos ? "" : value.substr(colon + 1);
  if (!named.starts_with('/')) return {Health::well, subject, "from the service manager"};
  const fs::path path = root / fs::path(named).relative_path();
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) {
    return {Health::ill, subject, fmt::format("{}: {}", named, std::strerror(errno)),
            "Put it there, owned by root with mode 0600; the daemon does not start without it."};
  }
  const bool is_safe = S_ISREG(status.st_mode) && (status.st_mode & 077U) == 0 &&
                       (status.st_uid == 0 || status.st_uid == geteuid());
  if (is_safe) return {Health::well, subject, named};
  return {Health::ill, subject, named + " is a link, not root's, or open to others",
          fmt::format("chown root {0} && chmod 0600 {0}, and change what is in it: others may have "
                      "read it.",
                      named)};
}

}  // namespace

Finding check_socket(const fs::path& socket) {
  struct stat status {
  }, folder{};
  if (lstat(socket.c_str(), &status) != 0) {
    const int error_number = errno;
    const std::string found = fmt::format("{}: {}", socket.string(), std::strerror(error_number));
    if (error_number == EACCES)
      return {Health::ill, "socket", found, "Ask whose daemon it is to let you use its socket."};
    return {Health::ill, "socket", found,
            "Start the daemon: systemctl start chanceryd.socket, or ./quickstart --keep for one of "
            "your own, and export the CHANCERY_SOCKET that it prints."};
  }
  if (!S_ISSOCK(status.st_mode)) {
    return {Health::ill, "socket", socket.string() + " is no socket",
            "Find out who put it there, remove it, and restart chanceryd.socket."};
  }
  const fs::path above = socket.has_parent_path() ? socket.parent_path() : fs::path(".");
  if (stat(above.c_str(), &folder) == 0 && others_write(folder)) {
    return {Health::ill, "socket", above.string() + ": others can put another socket in its place",
            fmt::format("chmod go-w {}", above.string())};
  }
  if (status.st_uid != 0 && status.st_uid != geteuid() && status.st_uid != folder.st_uid) {
    return {Health::ill, "socket",
            fmt::format("{} belongs to user id {}", socket.string(), status.st_uid),
            "It should be root's, or yours: find out whose daemon that is."};
  }
  return {Health::well, "socket", socket.string()};
}

Finding check_disk(const fs::path& state_directory) {
  struct statvfs space {};
  if (statvfs(state_directory.c_str(), &space) != 0) {
    return {Health::look, "disk",
            fmt::format("{}: {}", state_directory.string(), std::strerror(errno)),
            "Run this as root, who can see it."};
  }
  const std::uint64_t bytes = std::uint64_t{space.f_bavail} * space.f_frsize;
  const std::string state =
      fmt::format("{} MiB free at {}", bytes >> 20U, state_directory.string());
  if (bytes < limits::journal_reserve_bytes) {
    return {Health::ill, "disk", state, "Free some: nothing new is signed."};
  }
  if (bytes < limits::doctor_free_bytes_low) {
    return {Health::look, "disk", state,
            "Free some, or keep bundles for less time ([archive] days)."};
  }
  return {Health::well, "disk", state};
}

Finding check_clock() {
  struct timex clock {};
  const int state = adjtimex(&clock);
  if (state < 0) return {Health::look, "clock", std::strerror(errno), "Its state is unknown."};
  if (state != TIME_ERROR && (clock.status & STA_UNSYNC) == 0) {
    return {Health::well, "clock", "synchronised"};
  }
  return {Health::look, "clock", "not synchronised with any other",
          "Run a time service (chrony, systemd-timesyncd): records and certificates are dated by "
          "it."};
}

Finding check_unit(const fs::path& root) {
  std::error_code ignored;
  if (files_of_unit(root).empty()) {
    return {Health::well, "unit", "not installed: a daemon of your own"};
  }
  const fs::path wanted = root / "etc/systemd/system/sockets.target.wants/chanceryd.socket";
  if (fs::exists(fs::symlink_status(wanted, ignored))) {
    return {Health::well, "unit", "installed, and its socket starts with the system"};
  }
  return {Health::look, "unit", "installed, but its socket does not start with the system",
          "systemctl enable --now chanceryd.socket"};
}

Findings check_credentials(const fs::path& root) {
  Findings out;
  for (const fs::path& path : files_of_unit(root)) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      for (const std::string_view key : {"LoadCredential=", "LoadCredentialEncrypted="}) {
        if (line.starts_with(key)) out.push_back(check_credential(root, line.substr(key.size())));
      }
    }
  }
  return out;
}

}  // namespace chancery::client
