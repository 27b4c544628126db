#include "tests/support/services/memory_rekor.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/tlog/entry.h"
#include "core/tlog/tile.h"

namespace chancery::testing {
namespace {

constexpr std::string_view prefix = "/api/v2/";

Bytes field(const Json& json, const char* name) {
  return *base64_decode(json.at(name).get_ref<const std::string&>());
}

std::string body_of(const std::string& request) {
  const Json json = Json::parse(request).at("hashedRekordRequestV002");
  const Json& verifier = json.at("signature").at("verifier");
  const Algorithm algorithm =
      *algorithm_with_key_details(verifier.at("keyDetails").get_ref<const std::string&>());
  return *tlog::canonical_body({{hash_of(algorithm), field(json, "digest")},
                                field(json.at("signature"), "content"),
                                algorithm,
                                field(verifier.at("publicKey"), "rawBytes"),
                                /*is_certificate=*/false});
}

}  // namespace

std::string entry_json(const bundle::LogEntry& entry) {
  const bundle::InclusionProof& proof = *entry.inclusion_proof;
  std::string hashes;
  for (const tlog::Hash& hash : proof.hashes) {
    hashes += fmt::format("{}\"{}\"", hashes.empty() ? "" : ",", base64_encode(hash));
  }
  std::string checkpoint;
  append_json_string(checkpoint, proof.checkpoint);
  return fmt::format(
      R"({{"logIndex":"{}", "logId":{{"keyId":"{}"}}, "kindVersion":{{"kind":"{}", "version":"{}"}},)"
      R"("integratedTime":"0", "inclusionPromise":null, "inclusionProof":{{"logIndex":"{}",)"
      R"("rootHash":"{}", "treeSize":"{}", "hashes":[{}], "checkpoint":{{"envelope":{}}}}},)"
      R"("canonicalizedBody":"{}"}})",
      entry.log_index, base64_encode(entry.log_id), entry.kind, entry.version, proof.log_index,
      base64_encode(proof.root_hash), proof.tree_size, hashes, checkpoint,
      base64_encode(as_bytes(entry.canonicalized_body)));
}

Reply MemoryRekor::operator()(const SeenRequest& request) {
  if (request.method == "POST") return add(request);
  if (instead_of_reading) {
    if (auto fault = instead_of_reading(request)) return *std::move(fault);
  }
  return read(request.path);
}

Reply MemoryRekor::add(const SeenRequest& request) {
  adds += 1;
  if (instead_of_adding) {
    if (auto fault = instead_of_adding(request)) return *std::move(fault);
  }
  const std::string body = body_of(request.body);
  const auto known = std::ranges::find(log.leaves(), tlog::leaf_hash(as_bytes(body)));
  if (remembers_duplicates && known != log.leaves().end()) {
    return Reply::answer(409, R"({"code":6,"message":"an equivalent entry already exists"})",
                         fmt::format("X-Log-Index: {}\r\n", known - log.leaves().begin()));
  }
  Reply reply = Reply::answer(201, entry_json(log.add(body)));
  return on_added ? on_added(std::move(reply)) : reply;
}

Reply MemoryRekor::read(std::string_view path) const {
  if (!path.starts_with(prefix)) return Reply::answer(404, "");
  path.remove_prefix(prefix.size());
  if (path == "checkpoint") return Reply::answer(200, log.checkpoint());
  std::vector<tlog::Hash> row = log.leaves();
  for (unsigned level = 0; !row.empty(); ++level) {
    std::vector<tlog::Hash> above;
    for (std::size_t start = 0; start < row.size(); start += tlog::tile_width) {
      const std::size_t width = std::min<std::size_t>(tlog::tile_width, row.size() - start);
      const tlog::TileId id{level, start / tlog::tile_width, static_cast<unsigned>(width)};
      std::string bytes;
      for (std::size_t i = 0; i < width; ++i) bytes += as_text(row[start + i]);
      if (path == tlog::tile_path(id)) return Reply::answer(200, bytes);
      if (width == tlog::tile_width) above.push_back(root_of({&row[start], width}));
    }
    row = std::move(above);
  }
  return Reply::answer(404, "");
}

tlog::Hash MemoryRekor::root_of(std::span<const tlog::Hash> complete) {
  if (complete.size() == 1) return complete[0];
  const std::size_t half = complete.size() / 2;
  return tlog::node_hash(root_of(complete.first(half)), root_of(complete.last(half)));
}

}  // namespace chancery::testing
