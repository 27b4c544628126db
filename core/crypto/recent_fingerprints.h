// The fingerprints of what was found good a moment ago.
#pragma once

#include <vector>

#include "core/crypto/digest.h"

namespace chancery {

// Holds `size_max` of them; the one that was not asked about for the longest is forgotten. One
// thread.
class RecentFingerprints {
 public:
  explicit RecentFingerprints(std::size_t size_max) : size_max_(size_max) {}

  bool has(const Sha256& fingerprint);
  void add(const Sha256& fingerprint);

 private:
  std::size_t size_max_;
  std::vector<Sha256> newest_first_;
};

}  // namespace chancery
