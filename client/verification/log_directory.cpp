#include "client/verification/log_directory.h"

#include <fmt/format.h>

#include "client/files/file.h"
#include "core/base/limits/bundles.h"

namespace chancery::client {

namespace {

struct SignedCheckpoint {
  tlog::Note note;
  std::string origin;
};

Result<SignedCheckpoint> read_checkpoint(const LogDirectory& directory) {
  const Bytes envelope = TRY(tlog::read_checkpoint_file(directory));
  tlog::Note note = TRY(tlog::parse_note(as_text(envelope)));
  std::string origin = TRY(tlog::parse_checkpoint(note.text)).origin;
  return SignedCheckpoint{std::move(note), std::move(origin)};
}

// A root may list several keys for one origin, as after a rotation: the one that signed this.
Result<tlog::NoteKey> find_key(const SignedCheckpoint& checkpoint,
                               const bundle::TrustedRoot& root) {
  Error error = not_found("LOG_NOT_TRUSTED",
                          fmt::format("the trusted root has no log '{}'", checkpoint.origin));
  for (const bundle::TrustedLog& log : root.transparency_logs) {
    if (!log.note_key || log.note_key->name() != checkpoint.origin) continue;
    const auto verified = tlog::verify_note(checkpoint.note, *log.note_key);
    if (verified.ok()) return *log.note_key;
    error = verified.error();
  }
  return error;
}

}  // namespace

Result<Bytes> LogDirectory::read(const std::string& path, std::size_t bytes_max) const {
  const auto content = read_file(directory_ / path, "file of a log", bytes_max);
  if (content.ok()) return to_bytes(as_bytes(*content));
  Error error = content.error();
  if (error.reason == "FILE_TOO_LARGE") error.code = ErrorCode::corrupt;
  return error;
}

Result<tlog::Checkpoint> check_directory(const LogDirectory& directory,
                                         const bundle::TrustedRoot& root,
                                         const tlog::Progress& progress) {
  const SignedCheckpoint checkpoint = TRY(read_checkpoint(directory));
  const tlog::NoteKey key = TRY(find_key(checkpoint, root));
  return tlog::check_log(directory, key, progress);
}

}  // namespace chancery::client
