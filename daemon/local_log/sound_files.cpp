#include "daemon/local_log/sound_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/limits/administration.h"
#include "core/base/limits/local_log.h"
#include "core/crypto/digest.h"
#include "core/tlog/entry.h"
#include "daemon/alarms/turn.h"
#include "daemon/local_log/durable_files.h"

namespace chancery::daemon {
namespace {

Bytes content_of(const std::vector<tlog::Hash>& hashes) {
  Bytes content;
  for (const tlog::Hash& hash : hashes) append(content, hash);
  return content;
}

constexpr auto full = static_cast<unsigned>(tlog::tile_width);

tlog::Hash root_of(const std::vector<tlog::Hash>& tile) {
  return tlog::node_hash(tlog::node_in_tile(tile, {tlog::tile_height - 1, 0}),
                         tlog::node_in_tile(tile, {tlog::tile_height - 1, 1}));
}

// The size of the smallest tree in which the tile is complete.
std::uint64_t size_for(unsigned level, std::uint64_t index) {
  return (index + 1) << (tlog::tile_height * (level + 1));
}

std::vector<tlog::Hash> leaves_of(const std::vector<Bytes>& entries) {
  std::vector<tlog::Hash> leaves(entries.size());
  std::ranges::transform(entries, leaves.begin(),
                         [](const Bytes& entry) { return tlog::leaf_hash(entry); });
  return leaves;
}

// Of a tile, or of leaves: all of it in 32 bytes.
Sha256 hash_of(const std::vector<tlog::Hash>& hashes) { return sha256(content_of(hashes)); }

Error changed(std::string_view reason, const std::string& path) {
  return corrupt(std::string(reason),
                 path + ": is not as it was signed: the disk, or somebody, has changed it");
}

}  // namespace

Result<std::vector<tlog::Hash>> SoundFiles::read_tile(unsigned level, std::uint64_t index,
                                                      const tlog::Hash& root) {
  const std::string path = tlog::tile_path({level, index, full});
  const auto read = [&]() -> Result<std::vector<tlog::Hash>> {
    std::vector<tlog::Hash> hashes =
        TRY(tlog::read_tile(files_, level, index, size_for(level, index)));
    if (root_of(hashes) != root) return changed("TILE_DAMAGED", path);
    tell_sound(path);
    return hashes;
  };
  Result<std::vector<tlog::Hash>> found = read();
  if (found.ok()) return found;
  const std::lock_guard lock(mending_);
  found = read();  // it may have been mended meanwhile
  if (found.ok() || !is_due(path)) return found;
  tell_damaged(path, found.error(), [this, level, index, root] {
    const auto hashes = tlog::read_tile(files_, level, index, size_for(level, index));
    return hashes.ok() && root_of(*hashes) == root;
  });
  const Result<Bytes> made = make_tile(level, index, root);
  if (!made.ok() || !DurableFiles(files_).put({path, *made}).ok()) return found;
  return read();
}

// Out of the entries below it, or the tiles.
Result<Bytes> SoundFiles::make_tile(unsigned level, std::uint64_t index,
                                    const tlog::Hash& root) const {
  std::vector<tlog::Hash> hashes;
  if (level == 0) {
    for (const Bytes& entry : TRY(tlog::read_entries(files_, index, size_for(level, index)))) {
      hashes.push_back(tlog::leaf_hash(entry));
    }
  } else {
    for (std::uint64_t child = index * full; child < (index + 1) * full; ++child) {
      hashes.push_back(
          root_of(TRY(tlog::read_tile(files_, level - 1, child, size_for(level - 1, child)))));
    }
  }
  if (root_of(hashes) != root) return changed("TILE_DAMAGED", "what lies below it");
  return content_of(hashes);
}

Result<std::vector<Bytes>> SoundFiles::read_entries(std::uint64_t index,
                                                    const std::vector<tlog::Hash>& leaves) {
  const auto width = static_cast<unsigned>(leaves.size());
  const std::string path = tlog::entries_path(index, width);
  // One that has grown is read instead of its narrower file, which is never read again.
  const std::string bundle = tlog::entries_path(index, full);
  const auto read = [&]() -> Result<std::vector<Bytes>> {
    std::vector<Bytes> entries = TRY(tlog::read_entries(files_, index, index * full + width));
    if (leaves_of(entries) != leaves) return changed("ENTRIES_DAMAGED", path);
    tell_sound(bundle);
    return entries;
  };
  Result<std::vector<Bytes>> found = read();
  if (found.ok()) return found;
  const std::lock_guard lock(mending_);
  found = read();  // it may have been mended meanwhile
  if (found.ok() || !is_due(bundle)) return found;
  tell_damaged(bundle, found.error(), [this, index, width, expected = hash_of(leaves)] {
    const auto entries = tlog::read_entries(files_, index, index * full + width);
    return entries.ok() && hash_of(leaves_of(*entries)) == expected;
  });
  const Result<Bytes> made = make_entries(index, leaves);
  if (!made.ok() || !DurableFiles(files_).put({path, *made}).ok()) return found;
  return read();
}

// Out of the requests that the journal still has.
Result<Bytes> SoundFiles::make_entries(std::uint64_t index,
                                       const std::vector<tlog::Hash>& leaves) const {
  const std::uint64_t first = index * full;
  std::vector<Bytes> entries(leaves.size());
  for (const SignedRecord& row : TRY(signed_records_(first, first + leaves.size()))) {
    const Result<std::string> body = tlog::canonical_body(row.record);
    if (body.ok()) {
      entries[static_cast<std::size_t>(row.log_index - first)] = to_bytes(as_bytes(*body));
    }
  }
  if (leaves_of(entries) != leaves) return changed("ENTRIES_DAMAGED", "what the journal has");
  return tlog::encode_entries(entries);
}

// To make one anew reads a good deal, and anybody may ask for it.
bool SoundFiles::is_due(const std::string& path) {
  const auto now = Deadline::Clock::now();
  const std::lock_guard lock(mutex_);
  const auto known = damaged_.find(path);
  return known == damaged_.end() || known->second.found + limits::log_mending_interval < now;
}

void SoundFiles::tell_damaged(const std::string& path, const Error& damage,
                              std::function<bool()> is_sound) {
  const std::lock_guard lock(mutex_);  // also over the alarm: it must not begin after its end
  if (damaged_.size() >= limits::log_damaged_files_max) damaged_.erase(damaged_.begin());
  damaged_[path] = {Deadline::Clock::now(), std::move(is_sound)};
  alarms_.raise(
      alarm_names::log_damage, damage,
      "Put it back from a mirror of the log, or restore log and journal from one backup; "
      "`chancery log verify` finds all such files. The alarm ends when those that were read are as "
      "they were signed: the daemon looks at them every few seconds, and `chancery log entry N`, "
      "of an entry in or below it, does so at once.");
}

void SoundFiles::tell_sound(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (damaged_.erase(path) != 0 && damaged_.empty()) alarms_.clear(alarm_names::log_damage);
}

std::optional<std::pair<std::string, std::function<bool()>>> SoundFiles::next_damaged() {
  const std::lock_guard lock(mutex_);
  const auto next = next_in_turn(damaged_, last_looked_at_);
  if (next == damaged_.end()) return std::nullopt;
  return std::pair(next->first, next->second.is_sound);
}

void SoundFiles::look_again() {
  for (std::size_t looked = 0; looked < limits::damage_look_max; ++looked) {
    const auto next = next_damaged();
    if (!next || !next->second()) return;
    tell_sound(next->first);
  }
}

}  // namespace chancery::daemon
