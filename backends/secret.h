// Passphrases and PINs: read from where only we can read, wiped when done with.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace chancery {

// Some bytes that are wiped when they go. Never printed: view() is for whoever needs it.
class Secret {
 public:
  explicit Secret(Bytes bytes) : bytes_(std::move(bytes)) {}
  ~Secret() { wipe(); }
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) {}
  Secret& operator=(Secret&& other) noexcept;

  ByteView view() const { return bytes_; }
  std::string_view text() const { return as_text(bytes_); }

 private:
  void wipe();
  Bytes bytes_;
};

// A file that nobody else may read: regular, ours (or root's), mode 0600 or stricter, not through a
// symbolic link. Errors: unavailable FILE_OPEN_FAILED; invalid_request FILE_OWNER_WRONG,
// FILE_MODE_UNSAFE, FILE_TOO_LARGE, FILE_NOT_REGULAR.
Result<Secret> read_private_file(const std::filesystem::path& path, std::size_t bytes_max);

// A passphrase or PIN in such a file, without its last newline. Errors also: invalid_request
// SECRET_EMPTY.
Result<Secret> read_secret_file(const std::filesystem::path& path);

// The same from systemd's LoadCredential: $CREDENTIALS_DIRECTORY/name, whose folder systemd guards.
// Errors also: invalid_request CREDENTIAL_MISSING (systemd gave us none), CREDENTIAL_NAME_INVALID.
Result<Secret> read_credential(std::string_view name);
// Where it lies; empty outside systemd.
std::filesystem::path credential_path(std::string_view name);

}  // namespace chancery
