#include "tests/support/sigstore/memory_log.h"

namespace chancery::testing {

// Complete nodes, computed from the leaves when asked for: test logs are small.
class MemoryLog::Nodes : public tlog::NodeReader {
 public:
  explicit Nodes(const std::vector<tlog::Hash>& leaves) : leaves_(leaves) {}
  Result<tlog::Hash> node(tlog::NodeId id) const override {
    if (id.level == 0) return leaves_.at(id.index);
    return tlog::node_hash(*node({id.level - 1, id.index * 2}),
                           *node({id.level - 1, id.index * 2 + 1}));
  }

 private:
  const std::vector<tlog::Hash>& leaves_;
};

MemoryLog::MemoryLog(std::string origin, Algorithm algorithm)
    : key_(SigningKey::make(algorithm)),
      note_key_(*tlog::NoteKey::make(std::move(origin), key_.public_key())) {}

tlog::Checkpoint MemoryLog::head() const {
  return {note_key_.name(), leaves_.size(), *tlog::root_at(leaves_.size(), Nodes(leaves_)), {}};
}

std::string MemoryLog::sign_note(std::string_view text) const {
  return tlog::write_note(
      {std::string(text), {{note_key_.name(), note_key_.short_id(), key_.sign(as_bytes(text))}}});
}

bundle::InclusionProof MemoryLog::prove(std::uint64_t index) const {
  bundle::InclusionProof proof;
  const tlog::Checkpoint checkpoint = head();
  proof.log_index = index;
  proof.tree_size = checkpoint.size;
  proof.root_hash = to_bytes(checkpoint.root);
  proof.hashes = *tlog::prove_inclusion(index, checkpoint.size, Nodes(leaves_));
  proof.checkpoint = sign_note(tlog::checkpoint_text(checkpoint));
  return proof;
}

bundle::LogEntry MemoryLog::add(std::string_view body) {
  bundle::LogEntry entry;
  entry.log_index = leaves_.size();
  leaves_.push_back(tlog::leaf_hash(as_bytes(body)));
  entry.log_id = to_bytes(note_key_.id());
  entry.kind = "hashedrekord";
  entry.version = "0.0.2";
  entry.canonicalized_body = body;
  entry.inclusion_proof = prove(entry.log_index);
  return entry;
}

bundle::TrustedLog MemoryLog::trusted(bundle::ValidFor period) const {
  return {"https://" + note_key_.name(),
          to_bytes(note_key_.id()),
          key_.public_key(),
          key_.public_key().algorithm(),
          period,
          "",
          note_key_};
}

}  // namespace chancery::testing
