// A whole log checked from its files alone: `chancery log verify`.
#pragma once

#include <functional>

#include "core/tlog/log_files.h"
#include "core/tlog/note.h"

namespace chancery::tlog {

// Told now and then: entries checked, entries in all.
using Progress = std::function<void(std::uint64_t checked, std::uint64_t total)>;

// The signed note, as it lies there. Error: corrupt CHECKPOINT_MISSING; those of `files`.
Result<Bytes> read_checkpoint_file(const LogFiles& files);

// Checks the checkpoint's signature and origin, hashes every entry again, and compares every tile
// and the root with what the entries give. Memory does not grow with the log. Answers the
// checkpoint. Errors: corrupt CHECKPOINT_MISSING, TILE_CONTRADICTS_ENTRIES,
// ROOT_CONTRADICTS_ENTRIES; those of read_checkpoint, read_tile and read_entries.
Result<Checkpoint> check_log(const LogFiles& files, const NoteKey& key, const Progress& progress);

}  // namespace chancery::tlog
