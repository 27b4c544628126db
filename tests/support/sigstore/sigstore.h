// A Sigstore in memory: keys and a log that a test owns, and good bundles made with them, so that
// each fault is one line.
#pragma once

#include "core/bundle/verify.h"
#include "tests/support/sigstore/memory_log.h"

namespace chancery::testing {

WallTime at(std::string_view rfc3339);

// Everything is as it should be until a test changes it.
struct Sigstore {
  MemoryLog log{"log.example.test"};
  SigningKey key = SigningKey::make(Algorithm::ecdsa_p256_sha256);

  std::string artefact = "an artefact\n";
  Digest digest() const { return chancery::digest(hash_of(key.algorithm()), as_bytes(artefact)); }
  bundle::TrustedRoot root() const;
  bundle::Policy policy() const;

  // Signed with `key`, logged in `log` behind a few strangers' entries.
  bundle::Bundle sign_artefact();
  bundle::Bundle sign_statement(std::string_view payload);
  bundle::Bundle sign_statement() { return sign_statement(statement()); }
  // About the artefact under sha256.
  std::string statement() const;

  // The entry for a signature by `key`, as Rekor v2 would keep it.
  std::string body_for(const Digest& digest, const Bytes& signature) const;
  void add_strangers(unsigned count);
};

}  // namespace chancery::testing
