#include "core/bundle/checks/signed_content.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/base/encoding.h"
#include "core/bundle/dsse.h"

namespace chancery::bundle {
namespace {

enum class Likeness { same, another, not_comparable };

// The same: at least one digest of the subject is the artefact's, and none that can be compared
// differs.
Likeness compare(const Subject& subject, const Artifact& artifact) {
  Likeness likeness = Likeness::not_comparable;
  for (const SubjectDigest& digest : subject.digests) {
    const auto algorithm = hash_named(digest.algorithm);
    const Digest* known = algorithm ? artifact.find(*algorithm) : nullptr;
    if (known == nullptr) continue;
    if (hex_encode(known->value) != digest.hex) return Likeness::another;
    likeness = Likeness::same;
  }
  return likeness;
}

// The hashes under which the file could be compared; empty where the statement names its subjects
// by none that we make.
std::set<std::string_view> comparable_hashes(const Statement& statement) {
  std::set<std::string_view> names;
  for (const Subject& subject : statement.subjects) {
    for (const SubjectDigest& digest : subject.digests) {
      if (const auto algorithm = hash_named(digest.algorithm)) names.insert(name_of(*algorithm));
    }
  }
  return names;
}

// That no subject can be compared is no verdict on the artefact, as long as its file would give
// one.
Error no_subject_fits(const Statement& statement, const Artifact& artifact, bool is_compared) {
  const std::string known = artifact.digests.empty() ? "" : digest_text(artifact.digests.front());
  if (is_compared) {
    return invalid_request("SUBJECT_MISMATCH",
                           fmt::format("none of the statement's {} subjects is the artefact {}",
                                       statement.subjects.size(), known));
  }
  const std::set<std::string_view> hashes = comparable_hashes(statement);
  if (hashes.empty()) {
    return invalid_request(
        "SUBJECT_MISMATCH",
        fmt::format("none of the statement's {} subjects is the artefact {}: it names them by no "
                    "digest of a file that is made here, the first by {}",
                    statement.subjects.size(), known,
                    statement.subjects.front().digests.front().algorithm.substr(0, 40)));
  }
  return invalid_request("ARTIFACT_DIGEST_MISSING",
                         fmt::format("the statement names its subjects by the {} digest, which is "
                                     "not known of the artefact: give the file",
                                     fmt::join(hashes, " or ")));
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
  bool is_compared = false;
  for (const Subject& subject : statement.subjects) {
    const Likeness likeness = compare(subject, artifact);
    if (likeness == Likeness::same) return statement;
    is_compared |= likeness == Likeness::another;
  }
  return no_subject_fits(statement, artifact, is_compared);
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
