#include "daemon/flows/asked.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/ascii.h"
#include "core/base/encoding.h"
#include "core/base/limits/statements.h"
#include "core/base/utf8.h"
#include "core/bundle/statement.h"

namespace chancery::daemon {
namespace {

std::optional<HashAlgorithm> hash_from_wire(v1::HashAlgorithm algorithm) {
  switch (algorithm) {
    case v1::HASH_ALGORITHM_SHA2_256:
      return HashAlgorithm::sha256;
    case v1::HASH_ALGORITHM_SHA2_384:
      return HashAlgorithm::sha384;
    case v1::HASH_ALGORITHM_SHA2_512:
      return HashAlgorithm::sha512;
    default:
      return std::nullopt;
  }
}

Result<Digest> read_digest(const v1::SignRequest& request) {
  const std::optional<HashAlgorithm> algorithm = hash_from_wire(request.hash_algorithm());
  if (!algorithm) {
    return invalid_request("HASH_ALGORITHM_UNKNOWN",
                           fmt::format("hash_algorithm {} is none of SHA2_256, SHA2_384, SHA2_512",
                                       static_cast<int>(request.hash_algorithm())));
  }
  if (request.digest().empty()) return invalid_request("DIGEST_MISSING", "digest is empty");
  if (request.digest().size() != digest_bytes(*algorithm)) {
    return invalid_request("DIGEST_LENGTH_WRONG",
                           fmt::format("a {} digest has {} bytes, not {}", name_of(*algorithm),
                                       digest_bytes(*algorithm), request.digest().size()));
  }
  return Digest{*algorithm, to_bytes(as_bytes(request.digest()))};
}

// The digests of subjects that a verifier can compute from an artefact.
std::vector<Digest> usable_digests(const bundle::Statement& statement) {
  std::vector<Digest> usable;
  for (const bundle::Subject& subject : statement.subjects) {
    for (const bundle::SubjectDigest& candidate : subject.digests) {
      const std::optional<HashAlgorithm> algorithm = hash_named(candidate.algorithm);
      if (!algorithm) continue;
      Result<Bytes> value = hex_decode(candidate.hex);
      if (!value.ok() || value->size() != digest_bytes(*algorithm)) continue;
      usable.push_back({*algorithm, std::move(*value)});
    }
  }
  return usable;
}

}  // namespace

Result<void> check_profile_name(std::string_view profile) {
  if (profile.size() <= limits::name_bytes_max && is_plain_text(profile)) return {};
  return invalid_request("PROFILE_NAME_INVALID",
                         fmt::format("a profile's name is UTF-8 without control characters, at "
                                     "most {} bytes; this one has {}",
                                     limits::name_bytes_max, profile.size()));
}

Result<void> check_names(std::string_view profile, std::string_view idempotency_key) {
  TRY(check_profile_name(profile));
  if (idempotency_key.empty() || idempotency_key.size() > limits::name_bytes_max ||
      !std::ranges::all_of(idempotency_key, is_visible)) {
    return invalid_request(
        "IDEMPOTENCY_KEY_INVALID",
        fmt::format("idempotency_key is 1 to {} printable ASCII characters, and its own for each "
                    "request",
                    limits::name_bytes_max));
  }
  return {};
}

Result<Asked> read_sign_request(const v1::SignRequest& request) {
  TRY(check_names(request.profile(), request.idempotency_key()));
  if (request.artifact().size() > limits::name_bytes_max || !is_plain_text(request.artifact())) {
    return invalid_request("ARTIFACT_NAME_INVALID",
                           fmt::format("artifact is UTF-8 without control characters, at most {} "
                                       "bytes",
                                       limits::name_bytes_max));
  }
  Asked asked;
  asked.profile = request.profile().empty() ? default_profile : request.profile();
  asked.idempotency_key = request.idempotency_key();
  asked.artifact_digest = TRY(read_digest(request));
  asked.artifact = request.artifact();
  return asked;
}

Result<Asked> read_statement(const std::string& profile, std::string idempotency_key,
                             std::string statement) {
  TRY(check_names(profile, idempotency_key));
  const bundle::Statement parsed =
      TRY(bundle::parse_statement(statement, bundle::Extensions::refused));
  std::vector<Digest> digests = usable_digests(parsed);
  if (digests.empty()) {
    return invalid_request("STATEMENT_NO_USABLE_DIGEST",
                           "no subject has a sha256, sha384 or sha512 digest that a verifier could "
                           "compare with an artefact");
  }
  Asked asked;
  asked.profile = profile.empty() ? default_profile : profile;
  asked.idempotency_key = std::move(idempotency_key);
  asked.kind = RequestKind::statement;
  for (const bundle::Subject& subject : parsed.subjects) {
    asked.subject_names.push_back(subject.name);
  }
  for (const Digest& digest : digests) asked.subject_digests.push_back(digest.value);
  asked.artifact_digest = std::move(digests.front());
  asked.predicate_type = parsed.predicate_type;
  asked.statement = std::move(statement);
  return asked;
}

Sha256 request_hash(const Asked& asked) {
  // Lengths first, so that no two requests run together to the same bytes.
  const std::string head =
      fmt::format("{}\n{}\n{}\n{}\n", asked.kind == RequestKind::digest ? "digest" : "statement",
                  name_of(asked.artifact_digest.algorithm), asked.artifact.size(), asked.artifact);
  return sha256({as_bytes(head), asked.artifact_digest.value, as_bytes(asked.statement)});
}

}  // namespace chancery::daemon
