// A tree and the checkpoint over it, signed by the log's key in its key host.
#pragma once

#include <future>
#include <string>

#include "backends/host/key_host.h"
#include "core/tlog/note.h"
#include "daemon/journal/journal.h"

namespace chancery::daemon {

struct SignedTree {
  Projection tree;
  std::string note;  // empty: nothing was signed yet
};

// Thread-safe. Borrows the key host.
class CheckpointSigner {
 public:
  CheckpointSigner(tlog::NoteKey key, std::string key_name, KeyHost& key_host);

  const tlog::NoteKey& key() const { return key_; }

  // Begins; the answer comes when the key host has it. Signing the same tree again, or a later
  // one, contradicts nothing, so a failure may simply be tried again. Errors:
  // unavailable LOG_KEY_CHANGED; those of KeyHost::sign.
  std::future<Result<SignedTree>> begin(const Projection& tree) const;

 private:
  bool has_key() const;

  tlog::NoteKey key_;
  std::string key_name_;
  KeyHost& key_host_;
};

}  // namespace chancery::daemon
