// A Rekor v1 in the test's memory: one shard among several, so that the two counts of entries
// differ, and promises with a time.
#pragma once

#include "tests/support/sigstore/memory_log.h"

namespace chancery::testing {

class MemoryLogV1 {
 public:
  explicit MemoryLogV1(const std::string& host, Algorithm algorithm = Algorithm::ecdsa_p256_sha256)
      : tree_(host, algorithm), host_(host) {}

  // Appends and answers as Rekor v1 would: promise, proof and checkpoint.
  bundle::LogEntry add(std::string_view kind, std::string_view version, std::string_view body,
                       WallTime time);
  void add_stranger(const std::string& name) { tree_.add(name); }
  // The promise for what the entry now says.
  Bytes promise(const bundle::LogEntry& entry) const;
  // The same under another hash than the key's own.
  Bytes promise_over(HashAlgorithm hash, const bundle::LogEntry& entry) const;
  std::string checkpoint() const;
  std::string sign_note(std::string_view text) const { return tree_.sign_note(text); }
  tlog::Checkpoint head() const;
  const std::vector<tlog::Hash>& leaves() const { return tree_.leaves(); }

  bundle::TrustedLog trusted(bundle::ValidFor period) const { return tree_.trusted(period); }

 private:
  MemoryLog tree_;
  std::string host_;
};

}  // namespace chancery::testing
