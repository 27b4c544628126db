#include "core/tlog/entry_v1.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/encoding.h"
#include "core/base/limits/bundles.h"
#include "core/crypto/pem.h"
#include "core/tlog/entry_json.h"

namespace chancery::tlog {
namespace {

// Base64 of PEM text: one public key, or a certificate. Rekor keeps what it was sent, which may be
// a chain: it has verified with the first.
Result<void> read_verifier(const Json& json, std::initializer_list<const char*> path,
                           EntryV1& entry) {
  const Bytes pem = TRY(read_bytes(json, path));
  const Result<std::vector<PemBlock>> blocks = parse_pem(as_text(pem));
  if (!blocks.ok()) return malformed_entry("its verifier is not PEM");
  const PemBlock& block = blocks->front();
  entry.is_certificate =
      std::ranges::all_of(*blocks, [](const PemBlock& b) { return b.label == "CERTIFICATE"; });
  if (!entry.is_certificate && (blocks->size() != 1 || block.label != "PUBLIC KEY")) {
    return malformed_entry("its verifier is neither certificates nor one public key");
  }
  entry.verifier = block.der;
  return {};
}

Result<Digest> read_digest(const Json& json) {
  const std::string* name = find_text(json, {"algorithm"});
  const std::string* hex = find_text(json, {"value"});
  if (name == nullptr || hex == nullptr) return malformed_entry("a digest is missing");
  const auto algorithm = hash_named(*name);
  const Result<Bytes> value = hex_decode(*hex);
  if (!algorithm || !value.ok() || value->size() != digest_bytes(*algorithm)) {
    return malformed_entry("a digest is not SHA-256, SHA-384 or SHA-512 in hexadecimal");
  }
  return Digest{*algorithm, *value};
}

Result<Digest> read_digest_at(const Json& json, std::initializer_list<const char*> path) {
  const Json* found = find_member(json, path);
  if (found == nullptr) return malformed_entry("a digest is missing");
  return read_digest(*found);
}

Result<const Json*> only_signature(const Json& spec, std::initializer_list<const char*> path) {
  const Json* signatures = find_member(spec, path);
  if (signatures == nullptr || !signatures->is_array()) return malformed_entry("no signatures");
  if (signatures->size() == 1) return &signatures->front();
  return invalid_request(
      "ENTRY_SIGNATURE_COUNT",
      fmt::format("log entry: it records {} signatures, not one", signatures->size()));
}

Result<EntryV1> read_hashed_rekord(const Json& spec) {
  EntryV1 entry;
  entry.digest = TRY(read_digest_at(spec, {"data", "hash"}));
  entry.signature = TRY(read_bytes(spec, {"signature", "content"}));
  TRY(read_verifier(spec, {"signature", "publicKey", "content"}, entry));
  return entry;
}

// envelopeHash is over the text that was sent to the log, which nobody has any more.
Result<EntryV1> read_dsse(const Json& spec) {
  EntryV1 entry;
  entry.is_envelope = true;
  entry.digest = TRY(read_digest_at(spec, {"payloadHash"}));
  const Json* signature = TRY(only_signature(spec, {"signatures"}));
  entry.signature = TRY(read_bytes(*signature, {"signature"}));
  TRY(read_verifier(*signature, {"verifier"}, entry));
  return entry;
}

Result<EntryV1> read_intoto(const Json& spec) {
  EntryV1 entry;
  entry.is_envelope = true;
  entry.digest = TRY(read_digest_at(spec, {"content", "payloadHash"}));
  const Json* signature = TRY(only_signature(spec, {"content", "envelope", "signatures"}));
  // Twice in base64: Rekor 1 encodes the envelope's field, which was base64 already.
  const Bytes inner = TRY(read_bytes(*signature, {"sig"}));
  const Result<Bytes> bytes = base64_decode(as_text(inner));
  if (!bytes.ok() || bytes->empty()) return malformed_entry("a signature is not base64 in base64");
  entry.signature = *bytes;
  TRY(read_verifier(*signature, {"publicKey"}, entry));
  const std::string* type = find_text(spec, {"content", "envelope", "payloadType"});
  if (type == nullptr) return malformed_entry("no payload type");
  entry.payload_type = *type;
  return entry;
}

struct Reader {
  std::string_view kind;
  std::string_view version;
  Result<EntryV1> (*read)(const Json& spec);
};
constexpr std::array readers = {
    Reader{"hashedrekord", "0.0.1", read_hashed_rekord},
    Reader{"dsse", "0.0.1", read_dsse},
    Reader{"intoto", "0.0.2", read_intoto},
};

const Reader* find_reader(std::string_view kind, std::string_view version) {
  const auto* const found = std::ranges::find_if(readers, [&](const Reader& reader) {
    return reader.kind == kind && reader.version == version;
  });
  return found == readers.end() ? nullptr : found;
}

}  // namespace

bool is_entry_v1(std::string_view kind, std::string_view version) {
  return find_reader(kind, version) != nullptr;
}

Result<EntryV1> parse_entry_v1(std::string_view body, std::string_view kind,
                               std::string_view version) {
  const Json json = TRY(parse_json(body, "log entry", limits::bundle_bytes_max));
  const std::string* body_kind = find_text(json, {"kind"});
  const std::string* body_version = find_text(json, {"apiVersion"});
  if (body_kind == nullptr || body_version == nullptr) {
    return malformed_entry("no kind or apiVersion");
  }
  const Reader* reader = find_reader(kind, version);
  if (reader == nullptr || *body_kind != kind || *body_version != version) {
    return invalid_request(
        "ENTRY_KIND_UNSUPPORTED",
        fmt::format("log entry: its body is {} {}, {} {} was announced", body_kind->substr(0, 40),
                    body_version->substr(0, 40), kind.substr(0, 40), version.substr(0, 40)));
  }
  const Json* spec = find_member(json, {"spec"});
  if (spec == nullptr) return malformed_entry("no spec");
  return reader->read(*spec);
}

}  // namespace chancery::tlog
