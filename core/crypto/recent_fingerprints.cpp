#include "core/crypto/recent_fingerprints.h"

#include <algorithm>

namespace chancery {

bool RecentFingerprints::has(const Sha256& fingerprint) {
  const auto found = std::ranges::find(newest_first_, fingerprint);
  if (found == newest_first_.end()) return false;
  std::rotate(newest_first_.begin(), found, found + 1);
  return true;
}

void RecentFingerprints::add(const Sha256& fingerprint) {
  if (has(fingerprint)) return;
  if (newest_first_.size() == size_max_) newest_first_.pop_back();
  newest_first_.insert(newest_first_.begin(), fingerprint);
}

}  // namespace chancery
