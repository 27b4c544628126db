#include "core/bundle/checks/inclusion.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/ascii.h"
#include "core/base/encoding.h"

namespace chancery::bundle {
namespace {

// Rekor v1 names a shard "HOST - TREE", where HOST is the name in its signature line.
std::optional<std::string> host_in_origin_v1(std::string_view origin) {
  constexpr std::string_view separator = " - ";
  const std::size_t split = origin.rfind(separator);
  if (split == std::string_view::npos) return std::nullopt;
  const std::string_view tree = origin.substr(split + separator.size());
  if (tree.empty() || !std::ranges::all_of(tree, is_digit)) return std::nullopt;
  return std::string(origin.substr(0, split));
}

// Under which name and key the checkpoint must be signed. v1: its key alone makes the log, which
// may be configured to call itself otherwise than it is reached.
std::optional<tlog::NoteKey> expected_key(const TrustedLog& log, std::string_view origin,
                                          LogGeneration generation) {
  if (generation == LogGeneration::v2) {
    return log.note_key && log.note_key->name() == origin ? log.note_key : std::nullopt;
  }
  std::optional<std::string> host = host_in_origin_v1(origin);
  if (!host) return std::nullopt;
  Result<tlog::NoteKey> key = tlog::NoteKey::make_with_spki_id(*std::move(host), log.key);
  return key.ok() ? std::optional(*std::move(key)) : std::nullopt;
}

}  // namespace

Result<void> check_inclusion(const LogEntry& entry, const TrustedLog& log, LogGeneration generation,
                             VerifiedNotes& notes) {
  const InclusionProof& proof = *entry.inclusion_proof;
  const tlog::Note note = TRY(tlog::parse_note(proof.checkpoint));
  const tlog::Checkpoint checkpoint = TRY(tlog::parse_checkpoint(note.text));
  const auto key = expected_key(log, checkpoint.origin, generation);
  if (!key) {
    const std::string name = log.note_key ? log.note_key->name() : log.base_url;
    return entry_refusal(
        "CHECKPOINT_ORIGIN_MISMATCH", entry,
        fmt::format("its checkpoint is of \"{}\", the log is \"{}\"{}",
                    checkpoint.origin.substr(0, 120), name,
                    generation == LogGeneration::v1 ? ", to be followed by \" - TREE\"" : ""));
  }
  TRY(notes.verify(proof.checkpoint, note, *key));
  // The checkpoint alone says size and root; a proof that names others was put together wrongly.
  if (!equal(proof.root_hash, checkpoint.root) || proof.tree_size != checkpoint.size) {
    return entry_refusal(
        "CHECKPOINT_MISMATCH", entry,
        fmt::format("its proof is for a tree of {} with root {}, its checkpoint of {} with root {}",
                    proof.tree_size, hex_encode(proof.root_hash), checkpoint.size,
                    hex_encode(checkpoint.root)));
  }
  // v1 counts entries over all its shards, and leaves within one.
  if (generation == LogGeneration::v2 && proof.log_index != entry.log_index) {
    return entry_refusal("PROOF_INDEX_MISMATCH", entry,
                         fmt::format("its proof is for entry {}", proof.log_index));
  }
  return tlog::verify_inclusion(proof.log_index, checkpoint.size,
                                tlog::leaf_hash(as_bytes(entry.canonicalized_body)), proof.hashes,
                                checkpoint.root);
}

}  // namespace chancery::bundle
