#include "core/bundle/verified_notes.h"

#include <algorithm>

namespace chancery::bundle {

Result<void> VerifiedNotes::verify(std::string_view envelope, const tlog::Note& note,
                                   const tlog::NoteKey& key) {
  const Sha256 fingerprint = sha256({key.id(), as_bytes(envelope)});
  const auto end = seen_.begin() + static_cast<std::ptrdiff_t>(std::min(count_, seen_.size()));
  if (std::find(seen_.begin(), end, fingerprint) != end) return {};
  TRY(tlog::verify_note(note, key));
  seen_[count_++ % seen_.size()] = fingerprint;
  return {};
}

}  // namespace chancery::bundle
