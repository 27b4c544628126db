// Signed notes (C2SP signed-note) and the checkpoints in them (C2SP tlog-checkpoint).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/crypto/public_key.h"
#include "core/tlog/merkle.h"

namespace chancery::tlog {

struct NoteSignature {
  std::string name;
  std::array<std::uint8_t, 4> key_id;
  Bytes signature;  // without the key id
};

struct Note {
  std::string text;  // ends in a newline; this is what is signed
  std::vector<NoteSignature> signatures;
};

// Errors (invalid_request): NOTE_MALFORMED, NOTE_TOO_LARGE, NOTE_TOO_MANY_SIGNATURES.
Result<Note> parse_note(std::string_view envelope);
std::string signature_line(const NoteSignature& signature);  // with its newline
std::string write_note(const Note& note);

struct Checkpoint {
  std::string origin;
  std::uint64_t size;
  Hash root;
  std::vector<std::string> extensions;
};

// The text of a note. Error: CHECKPOINT_MALFORMED.
Result<Checkpoint> parse_checkpoint(std::string_view text);
std::string checkpoint_text(const Checkpoint& checkpoint);

// A log's (or other cosigner's) key under its name, and the ids that follow from both.
class NoteKey {
 public:
  // Ed25519: SHA-256(name || 0A || 01 || key). ECDSA: SHA-256(SPKI). RSA: SHA-256(name || 0A || FF
  // || "PKIX-RSA-PKCS#1v1.5" || SPKI). Error: invalid_request NOTE_KEY_NAME_INVALID.
  static Result<NoteKey> make(std::string name, PublicKey key);
  // As Rekor v1 does it: the id is SHA-256(SPKI), whatever the key. Error: the same.
  static Result<NoteKey> make_with_spki_id(std::string name, PublicKey key);
  const std::string& name() const { return name_; }
  const PublicKey& key() const { return key_; }
  const Sha256& id() const { return id_; }  // whole; a signature line carries the first 4 bytes
  std::array<std::uint8_t, 4> short_id() const { return {id_[0], id_[1], id_[2], id_[3]}; }

 private:
  NoteKey(std::string name, PublicKey key, Sha256 id);
  std::string name_;
  PublicKey key_;
  Sha256 id_;
};

// At least one line of `key` is there, and every line of it verifies; other lines are ignored.
// Errors: CHECKPOINT_NOT_SIGNED_BY_LOG, CHECKPOINT_SIGNATURE_INVALID.
Result<void> verify_note(const Note& note, const NoteKey& key);

// All of it: a signed note of `key` whose text is a checkpoint of the log of that name. Errors:
// those of parse_note, verify_note and parse_checkpoint; CHECKPOINT_ORIGIN_WRONG.
Result<Checkpoint> read_checkpoint(std::string_view envelope, const NoteKey& key);

}  // namespace chancery::tlog
