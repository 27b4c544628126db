#include "daemon/flows/own_verifier.h"

namespace chancery::daemon {

bundle::Verdict OwnVerifier::verify(const bundle::Bundle& bundle, const Digest& artifact,
                                    const PublicKey& key, const tlog::NoteKey& log) {
  std::unique_ptr<bundle::Verifier> verifier = take();
  const auto& proof = bundle.log_entries.front().inclusion_proof;
  verifier->remember_verified(proof->checkpoint, log);
  bundle::Policy policy;
  policy.key = key;
  bundle::Verdict verdict = verifier->verify(bundle, artifact, policy);
  put_back(std::move(verifier));
  return verdict;
}

std::unique_ptr<bundle::Verifier> OwnVerifier::take() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::make_unique<bundle::Verifier>(root_);
  std::unique_ptr<bundle::Verifier> verifier = std::move(idle_.back());
  idle_.pop_back();
  return verifier;
}

void OwnVerifier::put_back(std::unique_ptr<bundle::Verifier> verifier) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(verifier));
}

}  // namespace chancery::daemon
