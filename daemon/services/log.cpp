#include "daemon/services/log.h"

#include "chancery/v1/log.pb.h"
#include "daemon/services/message.h"
#include "wire/service_names.h"

namespace chancery::daemon {
namespace {

// The newest signed checkpoint and its size: proofs asked for "the newest" are against it.
struct Newest {
  std::string checkpoint;
  std::uint64_t size;
};
Result<Newest> newest(const Parts& parts) {
  std::string envelope = parts.log.checkpoint();
  const tlog::Note note = TRY(tlog::parse_note(envelope));
  const tlog::Checkpoint checkpoint = TRY(tlog::parse_checkpoint(note.text));
  return Newest{std::move(envelope), checkpoint.size};
}

Result<std::string> get_checkpoint(const Parts& parts) {
  v1::GetCheckpointReply reply;
  reply.set_checkpoint(parts.log.checkpoint());
  reply.set_published_size(parts.log.published_size());
  return reply.SerializeAsString();
}

Result<std::string> get_entry(const Parts& parts, const Call& call) {
  const auto request = TRY(read_message<v1::GetEntryRequest>(call.payload));
  v1::GetEntryReply reply;
  reply.set_body(TRY(parts.log.entry(request.log_index())));
  return reply.SerializeAsString();
}

std::string proof_reply(const std::vector<tlog::Hash>& hashes, std::uint64_t size,
                        std::string checkpoint) {
  v1::ProofReply reply;
  for (const tlog::Hash& hash : hashes) reply.add_hashes(to_text(hash));
  reply.set_tree_size(size);
  reply.set_checkpoint(std::move(checkpoint));
  return reply.SerializeAsString();
}

Result<std::string> get_inclusion_proof(const Parts& parts, const Call& call) {
  const auto request = TRY(read_message<v1::GetInclusionProofRequest>(call.payload));
  Newest at{"", request.tree_size()};
  if (at.size == 0) at = TRY(newest(parts));
  const auto hashes = TRY(parts.log.prove_inclusion(request.log_index(), at.size));
  return proof_reply(hashes, at.size, std::move(at.checkpoint));
}

Result<std::string> get_consistency_proof(const Parts& parts, const Call& call) {
  const auto request = TRY(read_message<v1::GetConsistencyProofRequest>(call.payload));
  Newest at{"", request.new_size()};
  if (at.size == 0) at = TRY(newest(parts));
  const auto hashes = TRY(parts.log.prove_consistency(request.old_size(), at.size));
  return proof_reply(hashes, at.size, std::move(at.checkpoint));
}

Result<std::string> get_trusted_root(const Parts& parts, WallTime log_start) {
  v1::GetTrustedRootReply reply;
  reply.set_trusted_root(bundle::write_trusted_root(parts.log.key(), log_start));
  return reply.SerializeAsString();
}

}  // namespace

// A transparency log is for everybody to read.
std::vector<Method> log_methods(const Parts& parts, WallTime log_start) {
  const auto row = [](std::string_view name, std::function<Result<std::string>(const Call&)> flow) {
    return Method{
        wire::services::log,
        name,
        Permission::anyone,
        [flow = std::move(flow)](const Call& call) { call.responder->answer(flow(call)); },
        nullptr,
        nullptr};
  };
  return {
      row("GetCheckpoint", [&parts](const Call&) { return get_checkpoint(parts); }),
      row("GetEntry", [&parts](const Call& call) { return get_entry(parts, call); }),
      row("GetInclusionProof",
          [&parts](const Call& call) { return get_inclusion_proof(parts, call); }),
      row("GetConsistencyProof",
          [&parts](const Call& call) { return get_consistency_proof(parts, call); }),
      row("GetTrustedRoot",
          [&parts, log_start](const Call&) { return get_trusted_root(parts, log_start); }),
  };
}

}  // namespace chancery::daemon
