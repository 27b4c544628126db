// Judges a bundle: offline, in the order a verifier should look, each refusal with its own reason.
#pragma once

#include <vector>

#include "core/bundle/bundle.h"
#include "core/bundle/policy.h"
#include "core/bundle/trusted_root.h"
#include "core/bundle/verdict.h"
#include "core/bundle/verified_notes.h"
#include "core/crypto/x509/certificate_memory.h"

namespace chancery::bundle {

// The artefact as the caller knows it: digests of one and the same artefact, and its bytes where
// somebody signed it with pure Ed25519.
struct Artifact {
  Artifact(Digest digest) : digests{std::move(digest)} {}
  explicit Artifact(std::vector<Digest> known) : digests(std::move(known)) {}
  const Digest* find(HashAlgorithm algorithm) const;

  std::vector<Digest> digests;
  std::optional<ByteView> content;
};

// What of an artefact is needed to judge a bundle about it.
struct Wanted {
  std::vector<HashAlgorithm> hashes;
  bool is_content_wanted = false;  // its signer has an Ed25519 key
};

// A signature that was found good: by which key, over what.
struct VerifiedSignature {
  Bytes spki;
  Digest digest;
  Bytes signature;
};

// Remembers what it has verified and what the next bundle is likely to carry again: a checkpoint
// covers a whole batch, and leaves have the same authorities above them. So keep one where many are
// judged. Borrows the root. One thread.
class Verifier {
 public:
  explicit Verifier(const TrustedRoot& root) : root_(&root) {}

  Wanted wanted(const Bundle& bundle, const Policy& policy);
  // Never throws, no I/O, no clock: only the times in the bundle count. For DSSE the artefact must
  // be a subject of the statement. Reasons of a refusal: those of bundle_rules.h, statement.h, and
  // each file in checks/ names its own.
  Verdict verify(const Bundle& bundle, const Artifact& artifact, const Policy& policy);
  // The caller has just verified this checkpoint's signature with this key: it is not done again.
  void remember_verified(std::string_view checkpoint, const tlog::NoteKey& log) {
    notes_.remember(checkpoint, log);
  }
  // The same of one signature over a digest: the newest is remembered.
  void remember_verified(VerifiedSignature signature) { signature_ = std::move(signature); }

 private:
  const TrustedRoot* root_;
  VerifiedNotes notes_;
  CertificateMemory certificates_;
  std::optional<VerifiedSignature> signature_;
};

// The same for a single bundle.
Verdict verify(const Bundle& bundle, const Artifact& artifact, const TrustedRoot& root,
               const Policy& policy);

}  // namespace chancery::bundle
