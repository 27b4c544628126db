#include "backends/rejected_secret.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <cerrno>

namespace chancery {
namespace {

struct OpenFile {
  int descriptor;
  ~OpenFile() {
    if (descriptor >= 0) close(descriptor);
  }
};

Error failed(const std::filesystem::path& file) {
  return system_error("FILE_OPEN_FAILED", fmt::format("cannot keep {}", file.string()), errno);
}

}  // namespace

Result<RejectedSecret> RejectedSecret::open(std::filesystem::path file) {
  const Record record = TRY(read_or_make(file));
  return RejectedSecret(std::move(file), record);
}

Result<RejectedSecret::Record> RejectedSecret::read_or_make(const std::filesystem::path& file) {
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

RejectedSecret::Fingerprint RejectedSecret::fingerprint(std::string_view owner,
                                                        ByteView secret) const {
  Bytes input = to_bytes(as_bytes(owner));
  input.push_back(0);
  input.insert(input.end(), secret.begin(), secret.end());
  Fingerprint out{};
  unsigned size = out.size();
  const bool made = HMAC(EVP_sha256(), record_.key.data(), static_cast<int>(record_.key.size()),
                         input.data(), input.size(), out.data(), &size) != nullptr;
  OPENSSL_cleanse(input.data(), input.size());
  CHANCERY_ASSERT(made);
  return out;
}

bool RejectedSecret::is_last_tried(std::string_view owner, ByteView secret) const {
  const Fingerprint now = fingerprint(owner, secret);
  return CRYPTO_memcmp(now.data(), record_.tried.data(), now.size()) == 0;
}

bool RejectedSecret::was(std::string_view owner, ByteView secret) const {
  return record_.rejected != 0 && is_last_tried(owner, secret);
}

std::uint32_t RejectedSecret::unanswered(std::string_view owner, ByteView secret) const {
  return is_last_tried(owner, secret) ? record_.unanswered : 0;
}

Result<void> RejectedSecret::begin(std::string_view owner, ByteView secret) {
  record_.unanswered = unanswered(owner, secret) + 1;
  record_.tried = fingerprint(owner, secret);
  record_.rejected = 0;
  return write();
}

Result<void> RejectedSecret::remember(std::string_view owner, ByteView secret) {
  record_.unanswered = 0;
  record_.tried = fingerprint(owner, secret);
  record_.rejected = 1;
  return write();
}

void RejectedSecret::end() {
  record_.unanswered = 0;
  static_cast<void>(write());
}

Result<void> RejectedSecret::write() const {
  const OpenFile open{::open(file_.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC)};
  if (open.descriptor < 0 ||
      pwrite(open.descriptor, &record_, sizeof record_, 0) != sizeof record_ ||
      fdatasync(open.descriptor) != 0) {
    return failed(file_);
  }
  return {};
}

}  // namespace chancery
