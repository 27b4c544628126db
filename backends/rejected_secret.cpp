#include "backends/rejected_secret.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "backends/open_file.h"

namespace chancery {
namespace {

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
  const ssize_t size = pread(open.descriptor, &record, sizeof record, 0);
  if (size == sizeof record) return record;
  // None yet, or cut short: without its key the rest says nothing.
  if (size < static_cast<ssize_t>(record.key.size())) {
    record = {};
    CHANCERY_ASSERT(RAND_bytes(record.key.data(), static_cast<int>(record.key.size())) == 1);
  }
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

const RejectedSecret::Tried* RejectedSecret::find(std::string_view owner, ByteView secret) const {
  const Fingerprint now = fingerprint(owner, secret);
  const auto found = std::ranges::find_if(record_.tried, [&](const Tried& tried) {
    return CRYPTO_memcmp(now.data(), tried.what.data(), now.size()) == 0;
  });
  return found == record_.tried.end() ? nullptr : &*found;
}

RejectedSecret::Tried& RejectedSecret::bring_forward(std::string_view owner, ByteView secret) {
  const Tried* known = find(owner, secret);
  const auto at = known != nullptr ? record_.tried.begin() + (known - record_.tried.data())
                                   : record_.tried.end() - 1;
  if (known == nullptr) *at = {fingerprint(owner, secret), 0, 0};
  std::rotate(record_.tried.begin(), at, at + 1);
  return record_.tried.front();
}

bool RejectedSecret::was_rejected(std::string_view owner, ByteView secret) const {
  const Tried* tried = find(owner, secret);
  return tried != nullptr && tried->rejected != 0;
}

std::uint32_t RejectedSecret::unanswered_tries(std::string_view owner, ByteView secret) const {
  const Tried* tried = find(owner, secret);
  return tried == nullptr ? 0 : tried->unanswered;
}

Result<void> RejectedSecret::begin_try(std::string_view owner, ByteView secret) {
  Tried& tried = bring_forward(owner, secret);
  ++tried.unanswered;
  tried.rejected = 0;
  return write();
}

Result<void> RejectedSecret::remember_rejected(std::string_view owner, ByteView secret) {
  Tried& tried = bring_forward(owner, secret);
  tried.unanswered = 0;
  tried.rejected = 1;
  return write();
}

// A right one leaves its room to those that are wrong.
void RejectedSecret::end_try() {
  record_.tried.front() = {};
  std::rotate(record_.tried.begin(), record_.tried.begin() + 1, record_.tried.end());
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
