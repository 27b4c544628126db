// Statements too large for the journal: files beside it, named by their SHA-256.
//
// A file is written and synced before the request that names it is accepted, never changed, and
// removed where none is accepted, or some time after the last such request was forgotten.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/limits/journal.h"
#include "core/base/result.h"
#include "core/crypto/digest.h"

namespace chancery::daemon {

class Journal;

// Thread-safe.
class PayloadStore {
 public:
  using IsNamed = std::function<Result<bool>(const Sha256& name)>;  // by a request in the journal

  // The name of a file, which is not removed as long as somebody has this. The store outlives it.
  using Held = std::shared_ptr<const Sha256>;

  // Makes the directory where it is missing. Error: unavailable PAYLOAD_STORE_FAILED; so too below.
  static Result<std::unique_ptr<PayloadStore>> open(
      std::filesystem::path directory, std::uint64_t reserve_bytes = limits::journal_reserve_bytes);

  // Durable once this returns; a failed sync ends the process. Writing the same bytes again is no
  // second file. Error: unavailable JOURNAL_DISK_FULL, nothing is left of it.
  Result<Held> write(ByteView payload);

  // not_found PAYLOAD_MISSING; corrupt PAYLOAD_DAMAGED when the bytes are not those of the name.
  Result<std::string> read(const Sha256& name) const;
  Result<std::uint64_t> size(const Sha256& name) const;
  // At most `count_max` bytes; none at the end. Unchecked: whoever reads the whole calls check().
  Result<Bytes> read_at(const Sha256& name, std::uint64_t offset, std::size_t count_max) const;

  // Whether bytes of this hash are those of the name. Error: corrupt PAYLOAD_DAMAGED.
  Result<void> check(const Sha256& name, const Sha256& hash) const;

  // Reads the whole of it, a piece at a time. Errors: those of read().
  Result<void> look_through(const Sha256& name) const;

  // Removes those of `names` that no request names and that nobody holds: their request may be
  // about to be accepted.
  Result<void> remove(const std::vector<Sha256>& names, const IsNamed& is_named);
  // At start: what a stop between write and acceptance left behind.
  Result<void> remove_orphans(const IsNamed& is_named);

 private:
  PayloadStore(std::filesystem::path directory, std::uint64_t reserve_bytes)
      : directory_(std::move(directory)), reserve_bytes_(reserve_bytes) {}
  std::filesystem::path path_of(const Sha256& name) const;
  Held hold(const Sha256& name);
  bool is_held(const Sha256& name) const;

  const std::filesystem::path directory_;
  const std::uint64_t reserve_bytes_;
  std::mutex files_mutex_;  // of files made and removed, which takes long
  mutable std::mutex holds_mutex_;
  std::map<Sha256, std::size_t> holds_;
};

// What the journal's requests name. Lives no longer than the journal.
PayloadStore::IsNamed named_in(Journal& journal);

}  // namespace chancery::daemon
