#include "core/bundle/checks/signed_content.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/encoding.h"
#include "core/bundle/dsse.h"

namespace chancery::bundle {
namespace {

// At least one digest of the subject is the artefact's, and none that can be compared differs.
bool is_about(const Subject& subject, const Artifact& artifact) {
  bool matched = false;
  for (const SubjectDigest& digest : subject.digests) {
    const auto algorithm = hash_named(digest.algorithm);
    const Digest* known = algorithm ? artifact.find(*algorithm) : nullptr;
    if (known == nullptr) continue;
    if (hex_encode(known->value) != digest.hex) return false;
    matched = true;
  }
  return matched;
}

}  // namespace

const Digest* Artifact::find(HashAlgorithm algorithm) const {
  const auto found = std::ranges::find(digests, algorithm, &Digest::algorithm);
  return found == digests.end() ? nullptr : &*found;
}

Result<Digest> SignedContent::digest(HashAlgorithm algorithm) {
  if (envelope_ == nullptr) {
    const Digest* known = artifact_->find(algorithm);
    if (known != nullptr) return *known;
    return invalid_request("ARTIFACT_DIGEST_MISSING",
                           fmt::format("this signature is over the {} digest of the artefact, "
                                       "which is not known: give the file",
                                       name_of(algorithm)));
  }
  const auto known = std::ranges::find(envelope_digests_, algorithm, &Digest::algorithm);
  if (known != envelope_digests_.end()) return *known;
  envelope_digests_.push_back(
      pae_digest(algorithm, envelope_->payload_type, as_bytes(envelope_->payload)));
  return envelope_digests_.back();
}

Result<void> SignedContent::verify_whole(const PublicKey& key, Algorithm algorithm,
                                         ByteView signature) const {
  if (envelope_ != nullptr) {
    const std::string signed_text =
        pae_prefix(envelope_->payload_type, envelope_->payload.size()) + envelope_->payload;
    return key.verify_message(algorithm, as_bytes(signed_text), signature);
  }
  if (!artifact_->content) {
    return invalid_request("ARTIFACT_CONTENT_MISSING",
                           fmt::format("{} signs the artefact itself: give the file, not a digest",
                                       name_of(algorithm)));
  }
  return key.verify_message(algorithm, *artifact_->content, signature);
}

Result<void> SignedContent::verify(const PublicKey& key, const Scheme& scheme, ByteView signature) {
  if (takes_message(scheme.algorithm)) return verify_whole(key, scheme.algorithm, signature);
  const Digest signed_digest = TRY(digest(scheme.hash));
  if (scheme.hash != hash_of(scheme.algorithm)) {
    return key.verify_ecdsa_digest(scheme.hash, signed_digest.value, signature);
  }
  return key.verify_digest(scheme.algorithm, signed_digest.value, signature);
}

Result<Statement> check_statement(const DsseEnvelope& envelope, const Artifact& artifact) {
  if (envelope.payload_type != in_toto_payload_type) {
    return invalid_request("PAYLOAD_TYPE_UNKNOWN",
                           fmt::format("the envelope holds \"{}\", not {}",
                                       envelope.payload_type.substr(0, 120), in_toto_payload_type));
  }
  Statement statement = TRY(parse_statement(envelope.payload, Extensions::ignored));
  for (const Subject& subject : statement.subjects) {
    if (is_about(subject, artifact)) return statement;
  }
  return invalid_request(
      "SUBJECT_MISMATCH",
      fmt::format("none of the statement's {} subjects is the artefact {}",
                  statement.subjects.size(),
                  artifact.digests.empty() ? "" : digest_text(artifact.digests.front())));
}

Result<std::string> check_digest_hint(const MessageSignature& message, const Artifact& artifact) {
  if (!message.message_digest) return std::string("the bundle names none");
  const HashAlgorithm algorithm = message.message_digest->algorithm;
  const Digest* known = artifact.find(algorithm);
  if (known == nullptr) {
    return fmt::format("the bundle names a {} that was not compared", name_of(algorithm));
  }
  if (*known == *message.message_digest) return digest_text(*known);
  return invalid_request("MESSAGE_DIGEST_MISMATCH",
                         fmt::format("the bundle is about {}, the artefact is {}",
                                     digest_text(*message.message_digest), digest_text(*known)));
}

}  // namespace chancery::bundle
