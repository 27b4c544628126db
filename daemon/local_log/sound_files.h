// What is read back from the log's files, compared with the tree that was signed: a disk may have
// changed them since.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/alarms/alarms.h"
#include "daemon/journal/journal.h"
#include "daemon/local_log/files.h"

namespace chancery::daemon {

// Thread-safe. Borrows all it is given. A file that is not as it was signed is made anew where
// other files or the journal have what it takes; else it is an alarm, until it is read as it should
// be.
class SoundFiles {
 public:
  // Journal::signed_records.
  using SignedRecords =
      std::function<Result<std::vector<SignedRecord>>(std::uint64_t from, std::uint64_t to)>;

  SoundFiles(Files& files, SignedRecords signed_records, Alarms& alarms)
      : files_(files), signed_records_(std::move(signed_records)), alarms_(alarms) {}

  // A complete tile of which the root is known. Errors: corrupt TILE_DAMAGED, TILE_MISSING; those
  // of Files.
  Result<std::vector<tlog::Hash>> read_tile(unsigned level, std::uint64_t index,
                                            const tlog::Hash& root);
  // The first entries of a bundle, those of the leaves given. Errors: corrupt ENTRIES_DAMAGED,
  // ENTRIES_MISSING; those of Files.
  Result<std::vector<Bytes>> read_entries(std::uint64_t index,
                                          const std::vector<tlog::Hash>& leaves);

 private:
  Result<Bytes> make_tile(unsigned level, std::uint64_t index, const tlog::Hash& root) const;
  Result<Bytes> make_entries(std::uint64_t index, const std::vector<tlog::Hash>& leaves) const;
  bool is_due(const std::string& path);
  void tell_damaged(const std::string& path, const Error& damage);
  void tell_sound(const std::string& path);

  Files& files_;
  const SignedRecords signed_records_;
  Alarms& alarms_;
  std::mutex mending_;  // one at a time
  std::mutex mutex_;
  std::map<std::string, Deadline::Clock::time_point> damaged_;  // and when that was last found
};

}  // namespace chancery::daemon
