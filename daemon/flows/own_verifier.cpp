#include "daemon/flows/own_verifier.h"

#include "core/bundle/bundle_rules.h"

namespace chancery::daemon {

bundle::Verdict OwnVerifier::verify(const OwnBundle& own) {
  std::unique_ptr<bundle::Verifier> verifier = take();
  if (own.log != nullptr) {
    const auto& proof = own.bundle.log_entries.front().inclusion_proof;
    verifier->remember_verified(proof->checkpoint, *own.log);
  }
  if (own.just_signed != nullptr) {
    verifier->remember_verified(
        {own.key.spki(), *own.just_signed, to_bytes(bundle::signature_of(own.bundle))});
  }
  bundle::Policy policy;
  policy.key = own.key;
  policy.timestamps_min = own.timestamps_min;
  policy.ignore_transparency_log_unsafe = own.is_unrecorded;
  bundle::Verdict verdict = verifier->verify(own.bundle, own.artifact, policy);
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
