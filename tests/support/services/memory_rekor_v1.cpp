#include "tests/support/services/memory_rekor_v1.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/tlog/entry.h"

namespace chancery::testing {
namespace {

constexpr std::string_view entries_path = "/api/v1/log/entries";

std::string leaf_hex_of(std::string_view body) {
  return hex_encode(tlog::leaf_hash(as_bytes(body)));
}

Json hash_json(ByteView bytes) {
  return {{"algorithm", "sha256"}, {"value", hex_encode(sha256(bytes))}};
}

// What the log keeps of a request: of an envelope hashes, of all else what it was sent. The members
// of a Json are in the order of RFC 8785.
std::string body_of(const std::string& request) {
  const Json json = Json::parse(request);
  if (json.at("kind") != "dsse") return request;
  const Json& proposed = json.at("spec").at("proposedContent");
  const auto& text = proposed.at("envelope").get_ref<const std::string&>();
  const Json envelope = Json::parse(text);
  const Bytes payload = *base64_decode(envelope.at("payload").get_ref<const std::string&>());
  const Json signature = {{"signature", envelope.at("signatures").at(0).at("sig")},
                          {"verifier", proposed.at("verifiers").at(0)}};
  const Json spec = {{"envelopeHash", hash_json(as_bytes(text))},
                     {"payloadHash", hash_json(payload)},
                     {"signatures", Json::array({signature})}};
  const Json kept = {{"apiVersion", "0.0.1"}, {"kind", "dsse"}, {"spec", spec}};
  return kept.dump();
}

}  // namespace

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
      leaf_hex_of(entry.canonicalized_body), base64_encode(as_bytes(entry.canonicalized_body)),
      entry.integrated_time, hex_encode(entry.log_id), entry.log_index, checkpoint, hashes,
      proof.log_index, hex_encode(proof.root_hash), proof.tree_size,
      base64_encode(entry.signed_entry_timestamp));
}

Reply MemoryRekorV1::operator()(const SeenRequest& request) {
  if (request.method == "POST") return add(request.body);
  const bundle::LogEntry* entry = find(request.path.substr(request.path.rfind('/') + 1));
  return entry == nullptr ? Reply::answer(404, "{}") : Reply::answer(200, answer_json_v1(*entry));
}

Reply MemoryRekorV1::add(const std::string& request) {
  const std::string body = body_of(request);
  if (find(leaf_hex_of(body)) != nullptr) {
    return Reply::answer(409, R"({"code":409,"message":"an equivalent entry already exists"})",
                         fmt::format("Location: {}/{}\r\n", entries_path, leaf_hex_of(body)));
  }
  const Json json = Json::parse(body);
  const auto now = std::chrono::floor<WallTime::duration>(std::chrono::system_clock::now());
  entries_.push_back(log.add(json.at("kind").get<std::string>(),
                             json.at("apiVersion").get<std::string>(), body, now));
  return Reply::answer(201, answer_json_v1(entries_.back()));
}

const bundle::LogEntry* MemoryRekorV1::find(std::string_view leaf_hex) const {
  const auto found = std::ranges::find(entries_, leaf_hex, [](const bundle::LogEntry& entry) {
    return leaf_hex_of(entry.canonicalized_body);
  });
  return found == entries_.end() ? nullptr : &*found;
}

}  // namespace chancery::testing
