// Statements too large for the journal: files beside it, named by their SHA-256.
//
// A file is written and synced before the request that names it is accepted, never changed, and
// removed some time after the last such request was forgotten.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/deadline.h"
#include "core/base/limits/socket.h"
#include "core/base/result.h"
#include "core/crypto/digest.h"

namespace chancery::daemon {

// Thread-safe.
class PayloadStore {
 public:
  using IsNamed = std::function<Result<bool>(const Sha256& name)>;  // by a request in the journal

  // Makes the directory where it is missing. Error: unavailable PAYLOAD_STORE_FAILED; so too below.
  static Result<std::unique_ptr<PayloadStore>> open(std::filesystem::path directory);

  // Durable once this returns; a failed sync ends the process. Writing the same bytes again is no
  // second file.
  Result<Sha256> write(ByteView payload);

  // not_found PAYLOAD_MISSING; corrupt PAYLOAD_DAMAGED when the bytes are not those of the name.
  Result<std::string> read(const Sha256& name) const;
  Result<std::uint64_t> size(const Sha256& name) const;
  // At most `count_max` bytes; none at the end. Unchecked: whoever reads the whole calls check().
  Result<Bytes> read_at(const Sha256& name, std::uint64_t offset, std::size_t count_max) const;

  // Whether bytes of this hash are those of the name. Error: corrupt PAYLOAD_DAMAGED.
  Result<void> check(const Sha256& name, const Sha256& hash) const;

  // Reads the whole of it, a piece at a time. Errors: those of read().
  Result<void> look_through(const Sha256& name) const;

  // Removes those of `names` that no request names and that were not written just now: their
  // request may be about to be accepted.
  Result<void> remove(const std::vector<Sha256>& names, const IsNamed& is_named);
  // At start: what a stop between write and acceptance left behind.
  Result<void> remove_orphans(const IsNamed& is_named);

 private:
  explicit PayloadStore(std::filesystem::path directory) : directory_(std::move(directory)) {}
  std::filesystem::path path_of(const Sha256& name) const;

  const std::filesystem::path directory_;
  std::mutex mutex_;  // of what follows, and of names made or removed
  std::map<Sha256, Deadline::Clock::time_point> written_;  // within limits::request_deadline_max
};

}  // namespace chancery::daemon
