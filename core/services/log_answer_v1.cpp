#include <fmt/format.h>

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/base/limits/bundles.h"
#include "core/base/limits/services.h"
#include "core/base/limits/times.h"
#include "core/services/log_answer.h"

namespace chancery::services {
namespace {

Error malformed(std::string_view what) {
  return invalid_request("LOG_ANSWER_MALFORMED", fmt::format("log answer: {}", what));
}

Result<const Json*> member(const Json& object, const char* name) {
  if (!object.is_object()) return malformed(fmt::format("{} is looked for in no object", name));
  const auto found = object.find(name);
  if (found == object.end()) return malformed(fmt::format("it has no {}", name));
  return &*found;
}

Result<std::string> text(const Json& object, const char* name) {
  const Json* value = TRY(member(object, name));
  if (!value->is_string()) return malformed(fmt::format("{} is not text", name));
  return value->get<std::string>();
}

// In Rekor v1 numbers are numbers.
Result<std::uint64_t> number(const Json& object, const char* name) {
  const Json* value = TRY(member(object, name));
  constexpr std::uint64_t max = 0x7fff'ffff'ffff'ffffU;
  if (!value->is_number_unsigned() || value->get<std::uint64_t>() > max) {
    return malformed(fmt::format("{} is not a number from 0 to 2^63-1", name));
  }
  return value->get<std::uint64_t>();
}

Result<Bytes> hex(const Json& object, const char* name) {
  const std::string digits = TRY(text(object, name));
  Result<Bytes> bytes = hex_decode(digits);
  if (!bytes.ok()) return malformed(fmt::format("{} is not hexadecimal", name));
  return bytes;
}

Result<Bytes> base64(const Json& object, const char* name) {
  const std::string encoded = TRY(text(object, name));
  Result<Bytes> bytes = base64_decode(encoded);
  if (!bytes.ok()) return malformed(fmt::format("{} is not base64", name));
  return bytes;
}

Result<std::vector<tlog::Hash>> read_hashes(const Json& proof) {
  const Json* list = TRY(member(proof, "hashes"));
  if (!list->is_array() || list->size() > limits::proof_hashes_max) {
    return malformed("the proof's hashes are no list, or too many");
  }
  std::vector<tlog::Hash> hashes;
  for (const Json& each : *list) {
    const Result<Bytes> bytes =
        each.is_string() ? hex_decode(each.get_ref<const std::string&>()) : Bytes();
    tlog::Hash hash{};
    if (!bytes.ok() || bytes->size() != hash.size()) return malformed("a hash of the proof");
    std::ranges::copy(*bytes, hash.begin());
    hashes.push_back(hash);
  }
  return hashes;
}

Result<bundle::InclusionProof> read_proof(const Json& json) {
  bundle::InclusionProof proof;
  proof.log_index = TRY(number(json, "logIndex"));
  proof.tree_size = TRY(number(json, "treeSize"));
  proof.root_hash = TRY(hex(json, "rootHash"));
  proof.hashes = TRY(read_hashes(json));
  proof.checkpoint = TRY(text(json, "checkpoint"));
  return proof;
}

// Not part of the answer: the body says them.
Result<void> read_kind(bundle::LogEntry& entry) {
  const Json body =
      TRY(parse_json(entry.canonicalized_body, "log entry", limits::log_answer_bytes_max));
  entry.kind = TRY(text(body, "kind"));
  entry.version = TRY(text(body, "apiVersion"));
  return {};
}

}  // namespace

Result<bundle::LogEntry> parse_answer_v1(std::string_view json) {
  const Json answer = TRY(parse_json(json, "log answer", limits::log_answer_bytes_max));
  if (!answer.is_object() || answer.size() != 1) {
    return malformed("not an object of exactly one entry");
  }
  const Json& fields = answer.begin().value();
  const Json* verification = TRY(member(fields, "verification"));
  const Json* proof = TRY(member(*verification, "inclusionProof"));
  const Bytes body = TRY(base64(fields, "body"));
  bundle::LogEntry entry;
  entry.canonicalized_body = to_text(body);
  entry.log_index = TRY(number(fields, "logIndex"));
  entry.log_id = TRY(hex(fields, "logID"));
  const std::uint64_t seconds = TRY(number(fields, "integratedTime"));
  if (seconds == 0 || seconds > static_cast<std::uint64_t>(limits::unix_seconds_max)) {
    return malformed("integratedTime is no time");
  }
  entry.integrated_time = static_cast<std::int64_t>(seconds);
  entry.signed_entry_timestamp = TRY(base64(*verification, "signedEntryTimestamp"));
  entry.inclusion_proof = TRY(read_proof(*proof));
  TRY(read_kind(entry));
  return entry;
}

}  // namespace chancery::services
