// A transparency log in the test's memory: keeps its leaves, signs checkpoints, proves inclusion.
#pragma once

#include "core/bundle/bundle.h"
#include "core/bundle/trusted_root.h"
#include "core/tlog/note.h"
#include "tests/support/sigstore/signing_key.h"

namespace chancery::testing {

class MemoryLog {
 public:
  explicit MemoryLog(std::string origin, Algorithm algorithm = Algorithm::ed25519);

  // Appends and answers as Rekor v2 would: proof and checkpoint at the size then reached.
  bundle::LogEntry add(std::string_view body);
  // Appends, and answers nobody.
  void append(std::string_view body) { leaves_.push_back(tlog::leaf_hash(as_bytes(body))); }
  // The proof of an earlier entry in today's tree.
  bundle::InclusionProof prove(std::uint64_t index) const;

  std::string sign_note(std::string_view text) const;
  std::string checkpoint() const { return sign_note(tlog::checkpoint_text(head())); }
  tlog::Checkpoint head() const;
  const std::vector<tlog::Hash>& leaves() const { return leaves_; }

  const tlog::NoteKey& note_key() const { return note_key_; }
  const SigningKey& key() const { return key_; }
  // The log as a trusted root lists it.
  bundle::TrustedLog trusted(bundle::ValidFor period) const;

 private:
  class Nodes;
  SigningKey key_;
  tlog::NoteKey note_key_;
  std::vector<tlog::Hash> leaves_;
};

}  // namespace chancery::testing
