// The last PIN or authorisation value that was tried and what came of it, remembered across
// restarts: a few wrong tries lock a token for good, or a TPM for hours.
#pragma once

#include <array>
#include <filesystem>

#include "backends/secret.h"

namespace chancery {

// Kept in a file as HMAC-SHA256 under a random key, so that the file tells nobody which PIN two
// tokens share. Whoever reads the file may still try PINs against it: it is as private as a key.
class RejectedSecret {
 public:
  // Makes the file before anything is tried, so that what has to be remembered later needs no more
  // room on the disk. Others must not be able to write in its directory: they could make us try a
  // PIN again and again. Error: unavailable FILE_OPEN_FAILED.
  static Result<RejectedSecret> open(std::filesystem::path file);

  // `owner` is whose it is, a token or a key: another one's may be the same.
  bool was(std::string_view owner, ByteView secret) const;
  // So many times it was tried, and then the module or the machine died.
  std::uint32_t unanswered(std::string_view owner, ByteView secret) const;

  // That it is tried now, and that it was rejected: durable once they return. Error: unavailable
  // FILE_OPEN_FAILED; it is remembered here all the same.
  Result<void> begin(std::string_view owner, ByteView secret);
  Result<void> remember(std::string_view owner, ByteView secret);
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
  RejectedSecret(std::filesystem::path file, const Record& record)
      : file_(std::move(file)), record_(record) {}
  bool is_last_tried(std::string_view owner, ByteView secret) const;
  Result<void> write() const;
  Fingerprint fingerprint(std::string_view owner, ByteView secret) const;
  static Result<Record> read_or_make(const std::filesystem::path& file);

  std::filesystem::path file_;
  Record record_;
};

}  // namespace chancery
