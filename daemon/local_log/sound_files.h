// What is read back from the log's files, compared with the tree that was signed: a disk may have
// changed them since.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/alarms/alarms.h"
#include "daemon/journal/journal.h"
#include "daemon/local_log/files.h"

namespace chancery::daemon {

// Thread-safe. Borrows all it is given. A file that is not as it was signed is made anew where
// other files or the journal have what it takes; else it is an alarm, until it is as it should be.
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

  // Reads what was damaged again, one after the other, up to one that still is: whether somebody
  // has put it back. Makes nothing anew. Each limits::damage_look_interval.
  void look_again();

 private:
  struct Damaged {
    Deadline::Clock::time_point found;  // last
    std::function<bool()> is_sound;
  };
  Result<Bytes> make_tile(unsigned level, std::uint64_t index, const tlog::Hash& root) const;
  Result<Bytes> make_entries(std::uint64_t index, const std::vector<tlog::Hash>& leaves) const;
  bool is_due(const std::string& path);
  void tell_damaged(const std::string& path, const Error& damage, std::function<bool()> is_sound);
  void tell_sound(const std::string& path);
  std::optional<std::pair<std::string, std::function<bool()>>> next_damaged();

  Files& files_;
  const SignedRecords signed_records_;
  Alarms& alarms_;
  std::mutex mending_;  // one at a time
  std::mutex mutex_;
  std::map<std::string, Damaged> damaged_;
  std::string last_looked_at_;
};

}  // namespace chancery::daemon
