// RFC 6962 Merkle trees over SHA-256: hashes and proofs.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/digest.h"

namespace chancery::tlog {

using Hash = Sha256;

Hash leaf_hash(ByteView entry);                       // RFC 6962 2.1: H(0x00 || entry)
Hash node_hash(const Hash& left, const Hash& right);  // RFC 6962 2.1: H(0x01 || l || r)
Hash empty_root();                                    // H("")

// RFC 9162 2.1.3.2. Errors (invalid_request): INCLUSION_INDEX_OUT_OF_RANGE,
// INCLUSION_PROOF_INVALID (too short, too long, or another root).
Result<void> verify_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf,
                              const std::vector<Hash>& proof, const Hash& root);
// RFC 9162 2.1.4.2. Error: CONSISTENCY_PROOF_INVALID.
Result<void> verify_consistency(std::uint64_t old_size, std::uint64_t new_size,
                                const std::vector<Hash>& proof, const Hash& old_root,
                                const Hash& new_root);

// A complete subtree: node `index` at `level` covers leaves [index << level, (index+1) << level).
struct NodeId {
  unsigned level;
  std::uint64_t index;
  bool operator==(const NodeId&) const = default;
};

// Where complete nodes come from: the tree in memory, tiles on disk. Asked only for nodes that
// are complete at the size proved.
class NodeReader {
 public:
  virtual ~NodeReader() = default;
  virtual Result<Hash> node(NodeId id) const = 0;
};

// The root and proofs of the tree of `size` leaves.
Result<Hash> root_at(std::uint64_t size, const NodeReader& nodes);
Result<std::vector<Hash>> prove_inclusion(std::uint64_t index, std::uint64_t size,
                                          const NodeReader& nodes);
Result<std::vector<Hash>> prove_consistency(std::uint64_t old_size, std::uint64_t new_size,
                                            const NodeReader& nodes);

}  // namespace chancery::tlog
