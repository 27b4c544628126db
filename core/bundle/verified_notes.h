// The signed notes whose log signature was found good a moment ago.
#pragma once

#include "core/base/limits/bundles.h"
#include "core/crypto/recent_fingerprints.h"
#include "core/tlog/note.h"

namespace chancery::bundle {

// All bundles of a batch carry one checkpoint, and its signature costs more than all the rest of a
// bundle's log entry. One thread.
class VerifiedNotes {
 public:
  // tlog::verify_note, or nothing to do where this very envelope was verified with this key.
  Result<void> verify(std::string_view envelope, const tlog::Note& note, const tlog::NoteKey& key);
  // The caller has verified this envelope with this key.
  void remember(std::string_view envelope, const tlog::NoteKey& key);

 private:
  RecentFingerprints good_{limits::verified_notes_max};
};

}  // namespace chancery::bundle
