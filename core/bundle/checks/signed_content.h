// What the signature of a bundle is over: the artefact, or the envelope about it.
#pragma once

#include "core/bundle/checks/signer.h"

namespace chancery::bundle {

// Borrows bundle and artefact.
class SignedContent {
 public:
  SignedContent(const Bundle& bundle, const Artifact& artifact)
      : envelope_(std::get_if<DsseEnvelope>(&bundle.content)), artifact_(&artifact) {}

  const DsseEnvelope* envelope() const { return envelope_; }  // nullptr: over the artefact

  // The digest that is signed, or ARTIFACT_DIGEST_MISSING: it was not given under this hash.
  Result<Digest> digest(HashAlgorithm algorithm);

  // Errors (invalid_request): SIGNATURE_INVALID, ARTIFACT_DIGEST_MISSING, ARTIFACT_CONTENT_MISSING
  // (pure Ed25519 is over the artefact itself).
  Result<void> verify(const PublicKey& key, const Scheme& scheme, ByteView signature);

 private:
  Result<void> verify_whole(const PublicKey& key, Algorithm algorithm, ByteView signature) const;
  const DsseEnvelope* envelope_;
  const Artifact* artifact_;
  std::vector<Digest> envelope_digests_;  // a payload may be large: hashed once
};

// The envelope vouches for the artefact: type, statement, subject. Errors (invalid_request): those
// of parse_statement, PAYLOAD_TYPE_UNKNOWN, SUBJECT_MISMATCH; ARTIFACT_DIGEST_MISSING, where no
// subject could be compared and the file would be.
Result<Statement> check_statement(const DsseEnvelope& envelope, const Artifact& artifact);

// messageDigest is a hint nobody signed: never used, but a wrong one is a sign of a mix-up.
// Answers with what was found of it. Error (invalid_request): MESSAGE_DIGEST_MISMATCH.
Result<std::string> check_digest_hint(const MessageSignature& message, const Artifact& artifact);

}  // namespace chancery::bundle
