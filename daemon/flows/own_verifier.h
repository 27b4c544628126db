// Our own verifier, shared by the pool's threads: over our own log, or over the services elsewhere.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "core/bundle/verify.h"

namespace chancery::daemon {

// A bundle of ours, and what its maker knows of it.
struct OwnBundle {
  const bundle::Bundle& bundle;
  const Digest& artifact;
  const PublicKey& key;
  // Signed the bundle's checkpoint in a key host just now, where the signature was checked with the
  // log's public key: 91 us that need not be spent again. Nothing for a log elsewhere.
  const tlog::NoteKey* log;
  // What the key signed just now, where its signature was checked in the same way: 64 us.
  // Nothing where the signature comes from the journal: a disk may have changed it.
  const Digest* just_signed;
  unsigned timestamps_min = 0;
  bool is_unrecorded = false;  // it leaves before its logs have it: its entries are not asked for
};

// Thread-safe. A Verifier remembers the batch's checkpoint but serves one thread, so there are as
// many as ever ran at once.
class OwnVerifier {
 public:
  explicit OwnVerifier(bundle::TrustedRoot root) : root_(std::move(root)) {}

  bundle::Verdict verify(const OwnBundle& own);

 private:
  std::unique_ptr<bundle::Verifier> take();
  void put_back(std::unique_ptr<bundle::Verifier> verifier);

  const bundle::TrustedRoot root_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<bundle::Verifier>> idle_;
};

}  // namespace chancery::daemon
