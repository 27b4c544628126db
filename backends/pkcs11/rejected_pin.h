// The last PIN that a token has rejected, remembered across restarts: a few wrong tries lock a
// token for good.
#pragma once

#include <array>
#include <filesystem>

#include "backends/secret.h"

namespace chancery::pkcs11 {

// Kept in a file as HMAC-SHA256 under a random key, so that the file tells nobody which PIN two
// tokens share. Whoever reads the file may still try PINs against it: it is as private as a key.
class RejectedPin {
 public:
  // Makes the file before any PIN is tried, so that what has to be remembered later needs no more
  // room on the disk. Errors: invalid_request KEY_DIRECTORY_UNSAFE; unavailable FILE_OPEN_FAILED.
  static Result<RejectedPin> open(const std::filesystem::path& directory);

  // `token` is whose PIN it is: another one's may be the same.
  bool was(std::string_view token, const Secret& pin) const;
  // Durable once it returns. Error: unavailable FILE_OPEN_FAILED; it is remembered here all the
  // same.
  Result<void> remember(std::string_view token, const Secret& pin);

  const std::filesystem::path& file() const { return file_; }

 private:
  using Fingerprint = std::array<std::uint8_t, 32>;
  struct Record {
    Fingerprint key;
    Fingerprint rejected;  // zeros: none yet
  };
  RejectedPin(std::filesystem::path file, const Record& record)
      : file_(std::move(file)), record_(record) {}
  Fingerprint fingerprint(std::string_view token, const Secret& pin) const;
  static Result<Record> read_or_make(const std::filesystem::path& file);

  std::filesystem::path file_;
  Record record_;
};

}  // namespace chancery::pkcs11
