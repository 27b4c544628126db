#include "client/attestation/verifier_secret.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "client/attestation/inputs.h"
#include "client/files/file.h"
#include "core/base/encoding.h"
#include "wire/descriptor.h"

namespace chancery::client {

namespace {

constexpr std::size_t secret_bytes = 32;
constexpr std::size_t file_bytes_max = 2 * secret_bytes + 1;
constexpr mode_t of_others = 0077;

// Never over one that is there: the answers to what it was used for would be lost.
Result<void> make(const std::filesystem::path& path) {
  const wire::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.is_open() && errno == EEXIST) return {};
  if (!file.is_open()) return cannot_write(path, errno);
  const std::string line = hex_encode(random_bytes(secret_bytes)) + "\n";
  const ssize_t count = ::write(file.number(), line.data(), line.size());
  if (count == static_cast<ssize_t>(line.size()) && ::fsync(file.number()) == 0) return {};
  const int why = count < 0 || count == static_cast<ssize_t>(line.size()) ? errno : ENOSPC;
  ::unlink(path.c_str());
  return cannot_write(path, why);
}

}  // namespace

Result<Bytes> read_verifier_secret(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && (status.st_mode & of_others) != 0) {
    return invalid_request("FILE_MODE_UNSAFE",
                           fmt::format("{}: others may read this secret: chmod 600, or make "
                                       "another",
                                       path.string()));
  }
  std::string hex = TRY(read_file(path, "secret", file_bytes_max));
  if (hex.ends_with('\n')) hex.pop_back();
  const auto bytes = hex_decode(hex);
  if (bytes.ok() && bytes->size() == secret_bytes) return *bytes;
  return invalid_request("VERIFIER_SECRET_MALFORMED",
                         fmt::format("{}: this is no secret that `chancery keys make-credential` "
                                     "made",
                                     path.string()));
}

Result<Bytes> keep_verifier_secret(const std::filesystem::path& path) {
  TRY(make(path));
  return read_verifier_secret(path);
}

}  // namespace chancery::client
