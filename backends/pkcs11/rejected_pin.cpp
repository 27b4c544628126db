#include "backends/pkcs11/rejected_pin.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace chancery::pkcs11 {
namespace {

struct OpenFile {
  int descriptor;
  ~OpenFile() {
    if (descriptor >= 0) close(descriptor);
  }
};

// Others who may write there could make us try a PIN again and again.
Result<void> check_directory(const std::filesystem::path& directory) {
  struct stat status {};
  if (stat(directory.c_str(), &status) != 0) {
    return system_error("FILE_OPEN_FAILED",
                        fmt::format("cannot open the directory {}", directory.string()), errno);
  }
  if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 077) != 0) {
    return invalid_request("KEY_DIRECTORY_UNSAFE",
                           fmt::format("{} must be a directory of user {} with mode 0700",
                                       directory.string(), geteuid()));
  }
  return {};
}

Error failed(const std::filesystem::path& file) {
  return system_error("FILE_OPEN_FAILED", fmt::format("cannot keep {}", file.string()), errno);
}

}  // namespace

Result<RejectedPin> RejectedPin::open(const std::filesystem::path& directory) {
  TRY(check_directory(directory));
  const std::filesystem::path file = directory / "rejected-pin";
  const Record record = TRY(read_or_make(file));
  return RejectedPin(file, record);
}

Result<RejectedPin::Record> RejectedPin::read_or_make(const std::filesystem::path& file) {
  const OpenFile open{::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (open.descriptor < 0) return failed(file);
  Record record{};
  if (pread(open.descriptor, &record, sizeof record, 0) == sizeof record) return record;
  // None yet, or a crash while it was made: no PIN was tried before it was whole.
  record = {};
  CHANCERY_ASSERT(RAND_bytes(record.key.data(), static_cast<int>(record.key.size())) == 1);
  if (pwrite(open.descriptor, &record, sizeof record, 0) != sizeof record ||
      fsync(open.descriptor) != 0) {
    return failed(file);
  }
  return record;
}

RejectedPin::Fingerprint RejectedPin::fingerprint(std::string_view token, const Secret& pin) const {
  Bytes input = to_bytes(as_bytes(token));
  input.push_back(0);
  input.insert(input.end(), pin.view().begin(), pin.view().end());
  Fingerprint out{};
  unsigned size = out.size();
  const bool made = HMAC(EVP_sha256(), record_.key.data(), static_cast<int>(record_.key.size()),
                         input.data(), input.size(), out.data(), &size) != nullptr;
  OPENSSL_cleanse(input.data(), input.size());
  CHANCERY_ASSERT(made);
  return out;
}

bool RejectedPin::is_last_tried(std::string_view token, const Secret& pin) const {
  const Fingerprint now = fingerprint(token, pin);
  return CRYPTO_memcmp(now.data(), record_.tried.data(), now.size()) == 0;
}

bool RejectedPin::was(std::string_view token, const Secret& pin) const {
  return record_.rejected != 0 && is_last_tried(token, pin);
}

std::uint32_t RejectedPin::unanswered(std::string_view token, const Secret& pin) const {
  return is_last_tried(token, pin) ? record_.unanswered : 0;
}

Result<void> RejectedPin::begin(std::string_view token, const Secret& pin) {
  record_.unanswered = unanswered(token, pin) + 1;
  record_.tried = fingerprint(token, pin);
  record_.rejected = 0;
  return write();
}

Result<void> RejectedPin::remember(std::string_view token, const Secret& pin) {
  record_.unanswered = 0;
  record_.tried = fingerprint(token, pin);
  record_.rejected = 1;
  return write();
}

void RejectedPin::end() {
  record_.unanswered = 0;
  static_cast<void>(write());
}

Result<void> RejectedPin::write() const {
  const OpenFile open{::open(file_.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC)};
  if (open.descriptor < 0 ||
      pwrite(open.descriptor, &record_, sizeof record_, 0) != sizeof record_ ||
      fdatasync(open.descriptor) != 0) {
    return failed(file_);
  }
  return {};
}

}  // namespace chancery::pkcs11
