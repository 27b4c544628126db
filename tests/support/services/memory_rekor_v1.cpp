#include "tests/support/services/memory_rekor_v1.h"

#include <fmt/format.h>

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/tlog/entry.h"

namespace chancery::testing {
std::string answer_json_v1(const bundle::LogEntry& entry) {
  const bundle::InclusionProof& proof = *entry.inclusion_proof;
  std::string hashes;
  for (const tlog::Hash& hash : proof.hashes) {
    hashes += fmt::format("{}\"{}\"", hashes.empty() ? "" : ",", hex_encode(hash));
  }
  std::string checkpoint;
  append_json_string(checkpoint, proof.checkpoint);
  return fmt::format(
      R"({{"24296fb24b8ad77a{}":{{"body":"{}","integratedTime":{},"logID":"{}","logIndex":{},)"
      R"("verification":{{"inclusionProof":{{"checkpoint":{},"hashes":[{}],"logIndex":{},)"
      R"("rootHash":"{}","treeSize":{}}},"signedEntryTimestamp":"{}"}}}}}})",
      hex_encode(tlog::leaf_hash(as_bytes(entry.canonicalized_body))),
      base64_encode(as_bytes(entry.canonicalized_body)), entry.integrated_time,
      hex_encode(entry.log_id), entry.log_index, checkpoint, hashes, proof.log_index,
      hex_encode(proof.root_hash), proof.tree_size, base64_encode(entry.signed_entry_timestamp));
}

}  // namespace chancery::testing
