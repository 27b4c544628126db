// The Sigstore bundle as values: what was signed, by what, and where it was recorded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/crypto/digest.h"
#include "core/tlog/merkle.h"

namespace chancery::bundle {

struct InclusionProof {
  std::uint64_t log_index = 0;  // v1: within the shard's tree
  std::uint64_t tree_size = 0;
  Bytes root_hash;
  std::vector<tlog::Hash> hashes;
  std::string checkpoint;  // the signed note; empty where a v0.1 bundle has none
};

struct LogEntry {
  std::uint64_t log_index = 0;
  Bytes log_id;  // logId.keyId
  std::string kind;
  std::string version;
  std::int64_t integrated_time = 0;  // seconds; 0: absent
  Bytes signed_entry_timestamp;      // empty: absent
  std::optional<InclusionProof> inclusion_proof;
  std::string canonicalized_body;
};

struct MessageSignature {
  std::optional<Digest> message_digest;  // a hint
  Bytes signature;
};

struct DsseSignature {
  Bytes signature;
  std::string key_id;
};
struct DsseEnvelope {
  std::string payload_type;
  std::string payload;  // decoded
  std::vector<DsseSignature> signatures;
};

struct KeyHint {
  std::string hint;
};
struct CertificateChain {
  std::vector<Bytes> certificates;  // DER, leaf first
  bool is_single = true;            // `certificate` (v0.3) rather than x509CertificateChain
};

inline constexpr std::string_view media_type_v03 = "application/vnd.dev.sigstore.bundle.v0.3+json";

struct Bundle {
  std::string media_type{media_type_v03};
  std::variant<KeyHint, CertificateChain> verification_material;
  std::vector<LogEntry> log_entries;
  std::vector<Bytes> timestamps;  // whole RFC 3161 responses, DER
  std::variant<MessageSignature, DsseEnvelope> content;
};

// base64(SHA-256(SPKI)), as cosign and sigstore-go write it.
std::string key_hint_for(ByteView spki);

// Strict reader: versions 0.1, 0.2 and 0.3. Errors (invalid_request): those of parse_json, of
// bundle_rules.h and proto_json.h ("BUNDLE_..."), BUNDLE_IS_ANOTHER_FILE, BUNDLE_CONTENT_COUNT,
// BUNDLE_MATERIAL_COUNT, BUNDLE_HASH_LENGTH_WRONG.
Result<Bundle> parse_bundle(std::string_view json);

// A log entry alone, as Rekor v2 answers. Errors (invalid_request): those of parse_json, and of
// proto_json.h ("LOG_ANSWER_...").
Result<LogEntry> parse_log_entry(std::string_view json, std::size_t bytes_max);

std::string write_log_entry(const LogEntry& entry);  // as parse_log_entry reads it

// Compact JSON. `logIndex` and `hashes` are always written, also for entry 0: some readers refuse
// a bundle without them.
std::string write_bundle(const Bundle& bundle);

}  // namespace chancery::bundle
