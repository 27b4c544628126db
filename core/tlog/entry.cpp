#include "core/tlog/entry.h"

#include <fmt/format.h>

#include "core/base/encoding.h"
#include "core/base/limits/bundles.h"
#include "core/tlog/entry_json.h"

namespace chancery::tlog {
namespace {

constexpr std::string_view own_kind = "hashedrekord";
constexpr std::string_view own_version = "0.0.2";

Result<HashedRekord> read_spec(const Json& spec) {
  const std::string* hash_name = find_text(spec, {"data", "algorithm"});
  const std::string* key_details = find_text(spec, {"signature", "verifier", "keyDetails"});
  if (hash_name == nullptr || key_details == nullptr) {
    return malformed_entry("no digest algorithm or no key details");
  }
  const auto hash = hash_with_sigstore_name(*hash_name);
  const auto algorithm = algorithm_with_key_details(*key_details);
  if (!hash || !algorithm)
    return malformed_entry("an unknown digest algorithm or unknown key details");
  HashedRekord entry;
  entry.algorithm = *algorithm;
  entry.digest = {*hash, TRY(read_bytes(spec, {"data", "digest"}))};
  if (entry.digest.value.size() != digest_bytes(*hash)) return malformed_entry("digest length");
  entry.signature = TRY(read_bytes(spec, {"signature", "content"}));
  const char* certificate = "x509Certificate";
  entry.is_certificate =
      find_text(spec, {"signature", "verifier", certificate, "rawBytes"}) != nullptr;
  entry.verifier =
      TRY(read_bytes(spec, {"signature", "verifier",
                            entry.is_certificate ? certificate : "publicKey", "rawBytes"}));
  return entry;
}

}  // namespace

Result<std::string> canonical_body(const HashedRekord& entry) {
  std::string body;
  body.reserve(400 + (entry.signature.size() + entry.verifier.size()) * 4 / 3);
  // RFC 8785 3.2.3: members sorted by name. Nothing in the values needs escaping.
  body += R"({"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":)";
  body += R"({"data":{"algorithm":")";
  body += sigstore_name_of(entry.digest.algorithm);
  body += R"(","digest":")";
  base64_append(body, entry.digest.value);
  body += R"("},"signature":{"content":")";
  base64_append(body, entry.signature);
  body += R"(","verifier":{"keyDetails":")";
  body += key_details_of(entry.algorithm);
  body += entry.is_certificate ? R"(","x509Certificate":{"rawBytes":")"
                               : R"(","publicKey":{"rawBytes":")";
  base64_append(body, entry.verifier);
  body += R"("}}}}}})";
  if (body.size() > limits::entry_bytes_max) {
    return invalid_request("ENTRY_TOO_LARGE",
                           fmt::format("the log entry would have {} bytes, a log takes {}: use a "
                                       "smaller certificate or key",
                                       body.size(), limits::entry_bytes_max));
  }
  return body;
}

Result<HashedRekord> parse_hashed_rekord(std::string_view body) {
  const Json json = TRY(parse_json(body, "log entry", limits::entry_bytes_max));
  const std::string* entry_kind = find_text(json, {"kind"});
  const std::string* entry_version = find_text(json, {"apiVersion"});
  if (entry_kind == nullptr || entry_version == nullptr)
    return malformed_entry("no kind or apiVersion");
  if (*entry_kind != own_kind || *entry_version != own_version) {
    return invalid_request(
        "ENTRY_KIND_UNSUPPORTED",
        fmt::format("log entry: its body is \"{}\" \"{}\", not {} {}", entry_kind->substr(0, 40),
                    entry_version->substr(0, 40), own_kind, own_version));
  }
  const auto spec = json.find("spec");
  if (spec == json.end() || !spec->is_object() || !spec->contains("hashedRekordV002")) {
    return malformed_entry("no spec.hashedRekordV002");
  }
  HashedRekord entry = TRY(read_spec((*spec)["hashedRekordV002"]));
  // What is left out or written otherwise would have another leaf hash.
  const Result<std::string> rebuilt = canonical_body(entry);
  if (!rebuilt.ok() || *rebuilt != body) return malformed_entry("not in canonical form");
  return entry;
}

}  // namespace chancery::tlog
