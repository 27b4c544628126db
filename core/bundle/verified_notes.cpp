#include "core/bundle/verified_notes.h"

namespace chancery::bundle {
namespace {

Sha256 fingerprint_of(std::string_view envelope, const tlog::NoteKey& key) {
  // No name has a line's end in it.
  return sha256({key.id(), as_bytes(key.name()), as_bytes("\n"), as_bytes(envelope)});
}

}  // namespace

Result<void> VerifiedNotes::verify(std::string_view envelope, const tlog::Note& note,
                                   const tlog::NoteKey& key) {
  if (good_.has(fingerprint_of(envelope, key))) return {};
  TRY(tlog::verify_note(note, key));
  remember(envelope, key);
  return {};
}

void VerifiedNotes::remember(std::string_view envelope, const tlog::NoteKey& key) {
  good_.add(fingerprint_of(envelope, key));
}

}  // namespace chancery::bundle
