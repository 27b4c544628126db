#include "core/bundle/verified_notes.h"

#include <algorithm>

namespace chancery::bundle {
namespace {

Sha256 fingerprint_of(std::string_view envelope, const tlog::NoteKey& key) {
  return sha256({key.id(), as_bytes(envelope)});
}

}  // namespace

Result<void> VerifiedNotes::verify(std::string_view envelope, const tlog::Note& note,
                                   const tlog::NoteKey& key) {
  if (has_seen(fingerprint_of(envelope, key))) return {};
  TRY(tlog::verify_note(note, key));
  remember(envelope, key);
  return {};
}

void VerifiedNotes::remember(std::string_view envelope, const tlog::NoteKey& key) {
  const Sha256 fingerprint = fingerprint_of(envelope, key);
  if (!has_seen(fingerprint)) seen_[count_++ % seen_.size()] = fingerprint;
}

bool VerifiedNotes::has_seen(const Sha256& fingerprint) const {
  const auto end = seen_.begin() + static_cast<std::ptrdiff_t>(std::min(count_, seen_.size()));
  return std::find(seen_.begin(), end, fingerprint) != end;
}

}  // namespace chancery::bundle
