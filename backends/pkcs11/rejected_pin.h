// The last PIN that was tried and what came of it, remembered across restarts: a few wrong tries
// lock a token for good.
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
  // So many times it was tried, and then the module or the machine died.
  std::uint32_t unanswered(std::string_view token, const Secret& pin) const;

  // That it is tried now, and that it was rejected: durable once they return. Error: unavailable
  // FILE_OPEN_FAILED; it is remembered here all the same.
  Result<void> begin(std::string_view token, const Secret& pin);
  Result<void> remember(std::string_view token, const Secret& pin);
  // That there was an answer, and not that it is wrong. Where this is lost, one try is counted too
  // many.
  void end();

  const std::filesystem::path& file() const { return file_; }

 private:
  using Fingerprint = std::array<std::uint8_t, 32>;
  struct Record {
    Fingerprint key;
    Fingerprint tried;  // zeros: none yet
    std::uint32_t rejected;
    std::uint32_t unanswered;
  };
  RejectedPin(std::filesystem::path file, const Record& record)
      : file_(std::move(file)), record_(record) {}
  bool is_last_tried(std::string_view token, const Secret& pin) const;
  Result<void> write() const;
  Fingerprint fingerprint(std::string_view token, const Secret& pin) const;
  static Result<Record> read_or_make(const std::filesystem::path& file);

  std::filesystem::path file_;
  Record record_;
};

}  // namespace chancery::pkcs11
