#include "core/bundle/checks/log_v2.h"

#include <fmt/format.h>

#include "core/base/encoding.h"
#include "core/tlog/entry.h"

namespace chancery::bundle {
namespace {

Error mismatch(std::string reason, const LogEntry& entry, std::string_view what) {
  return invalid_request(std::move(reason), fmt::format("log entry {}: {}", entry.log_index, what));
}

Result<std::string> rebuild(Algorithm algorithm, Signing signing) {
  const Digest digest = TRY(signing.content.digest(hash_of(algorithm)));
  return tlog::canonical_body({digest, to_bytes(signing.signature), algorithm,
                               signing.signer.verifier, signing.signer.is_certificate});
}

// Why the body is not the rebuilt one.
Error explain(const LogEntry& entry, Signing signing) {
  const auto body = tlog::parse_hashed_rekord(entry.canonicalized_body);
  if (!body.ok()) {
    const bool other_kind = body.error().reason == "ENTRY_KIND_UNSUPPORTED";
    return mismatch(other_kind ? "LOG_ENTRY_KIND_MISMATCH" : "LOG_ENTRY_MALFORMED", entry,
                    body.error().message);
  }
  if (body->is_certificate != signing.signer.is_certificate ||
      body->verifier != signing.signer.verifier) {
    return mismatch("LOG_ENTRY_KEY_MISMATCH", entry, "it records another key or certificate");
  }
  if (!equal(body->signature, signing.signature)) {
    return mismatch("LOG_ENTRY_SIGNATURE_MISMATCH", entry, "it records another signature");
  }
  const Result<Digest> digest = signing.content.digest(body->digest.algorithm);
  if (!digest.ok()) return digest.error();
  if (*digest != body->digest) {
    return mismatch("LOG_ENTRY_DIGEST_MISMATCH", entry,
                    fmt::format("it records {}, not {}", hex_encode(body->digest.value),
                                hex_encode(digest->value)));
  }
  return mismatch("LOG_ENTRY_ALGORITHM_MISMATCH", entry,
                  fmt::format("it records {}, which is not how this key signs",
                              key_details_of(body->algorithm)));
}

}  // namespace

Result<Algorithm> check_body_v2(const LogEntry& entry, Signing signing) {
  // Rebuilt from what we hold and compared byte for byte: nothing in the body is taken on trust.
  for (const Algorithm algorithm : possible_algorithms(signing.signer.key)) {
    if (!is_loggable(algorithm)) continue;
    const Result<std::string> rebuilt = rebuild(algorithm, signing);
    if (rebuilt.ok() && *rebuilt == entry.canonicalized_body) return algorithm;
  }
  return explain(entry, signing);
}

Result<void> check_inclusion_v2(const LogEntry& entry, const TrustedLog& log,
                                VerifiedNotes& notes) {
  const InclusionProof& proof = *entry.inclusion_proof;
  const tlog::Note note = TRY(tlog::parse_note(proof.checkpoint));
  const tlog::Checkpoint checkpoint = TRY(tlog::parse_checkpoint(note.text));
  if (!log.note_key || checkpoint.origin != log.note_key->name()) {
    return mismatch("CHECKPOINT_ORIGIN_MISMATCH", entry,
                    fmt::format("its checkpoint is of \"{}\", the log is \"{}\"",
                                checkpoint.origin.substr(0, 120),
                                log.note_key ? log.note_key->name() : log.base_url));
  }
  TRY(notes.verify(proof.checkpoint, note, *log.note_key));
  // The checkpoint alone says size and root; a proof that names others was put together wrongly.
  if (!equal(proof.root_hash, checkpoint.root) || proof.tree_size != checkpoint.size) {
    return mismatch("CHECKPOINT_MISMATCH", entry, "proof and checkpoint are of different trees");
  }
  if (proof.log_index != entry.log_index) {
    return mismatch("PROOF_INDEX_MISMATCH", entry,
                    fmt::format("its proof is for entry {}", proof.log_index));
  }
  return tlog::verify_inclusion(entry.log_index, checkpoint.size,
                                tlog::leaf_hash(as_bytes(entry.canonicalized_body)), proof.hashes,
                                checkpoint.root);
}

}  // namespace chancery::bundle
