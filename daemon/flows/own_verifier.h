// Our own verifier over our own log, shared by the pool's threads.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "core/bundle/verify.h"

namespace chancery::daemon {

// Thread-safe. A Verifier remembers the batch's checkpoint but serves one thread, so there are as
// many as ever ran at once.
class OwnVerifier {
 public:
  explicit OwnVerifier(bundle::TrustedRoot root) : root_(std::move(root)) {}

  // `log` signed the bundle's checkpoint in a key host just now, where the signature was checked
  // with the log's public key: 91 us that need not be spent again.
  bundle::Verdict verify(const bundle::Bundle& bundle, const Digest& artifact, const PublicKey& key,
                         const tlog::NoteKey& log);

 private:
  std::unique_ptr<bundle::Verifier> take();
  void put_back(std::unique_ptr<bundle::Verifier> verifier);

  const bundle::TrustedRoot root_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<bundle::Verifier>> idle_;
};

}  // namespace chancery::daemon
