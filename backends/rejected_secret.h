// PINs and authorisation values that were tried and what came of it, remembered across restarts: a
// few wrong tries lock a token for good, or a TPM for hours.
#pragma once

#include <array>
#include <filesystem>

#include "backends/secret.h"
#include "core/base/limits/key_hosts.h"

namespace chancery {

// Kept in a file as HMAC-SHA256 under a random key, so that the file tells nobody which PIN two
// tokens share. Whoever reads the file may still try PINs against it: it is as private as a key.
// The file has room for limits::rejected_secrets_max, so that two wrong ones in turn are not taken
// for new each time; one more takes the place of what was tried longest ago. What a cut file has
// lost is forgotten.
class RejectedSecret {
 public:
  // Makes the file before anything is tried, so that what has to be remembered later needs no more
  // room on the disk. Others must not be able to write in its directory: they could make us try a
  // PIN again and again. Error: unavailable FILE_OPEN_FAILED.
  static Result<RejectedSecret> open(std::filesystem::path file);

  // `owner` is whose it is, a token or a key: another one's may be the same.
  bool was_rejected(std::string_view owner, ByteView secret) const;
  // So many times it was tried, and then the module or the machine died.
  std::uint32_t unanswered_tries(std::string_view owner, ByteView secret) const;

  // That it is tried now, and that it was rejected: durable once they return. Error: unavailable
  // FILE_OPEN_FAILED; it is remembered here all the same.
  Result<void> begin_try(std::string_view owner, ByteView secret);
  Result<void> remember_rejected(std::string_view owner, ByteView secret);
  // That what was begun last had an answer, and not that it is wrong. Where this is lost, one try
  // is counted too many.
  void end_try();

  const std::filesystem::path& file() const { return file_; }

 private:
  using Fingerprint = std::array<std::uint8_t, 32>;
  struct Tried {
    Fingerprint what;  // zeros: nothing
    std::uint32_t rejected;
    std::uint32_t unanswered;
  };
  // As it is in the file.
  struct Record {
    Fingerprint key;
    std::array<Tried, limits::rejected_secrets_max> tried;  // the last one first
  };
  RejectedSecret(std::filesystem::path file, const Record& record)
      : file_(std::move(file)), record_(record) {}
  const Tried* find(std::string_view owner, ByteView secret) const;
  // It is the last one from now on.
  Tried& bring_forward(std::string_view owner, ByteView secret);
  Result<void> write() const;
  Fingerprint fingerprint(std::string_view owner, ByteView secret) const;
  static Result<Record> read_or_make(const std::filesystem::path& file);

  std::filesystem::path file_;
  Record record_;
};

}  // namespace chancery
