#include "client/verification/attestation_file.h"

#include <fmt/format.h>

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/base/limits/key_hosts.h"

namespace chancery::client {
namespace {

Error malformed(std::string_view what) {
  return invalid_request("ATTESTATION_FILE_MALFORMED", fmt::format("attestation file: {}", what));
}

Result<Bytes> read_base64(const Json& value) {
  if (!value.is_string()) return malformed("a value is no text");
  Result<Bytes> bytes = base64_decode(value.get_ref<const std::string&>());
  return bytes.ok() ? bytes : malformed("a value is no base64");
}

}  // namespace

std::string write_attestation(const KeyAttestation& attestation) {
  Json parts = Json::object();
  for (const auto& [name, content] : attestation.parts) parts[name] = base64_encode(content);
  Json certificates = Json::array();
  for (const Bytes& der : attestation.certificates) certificates.push_back(base64_encode(der));
  const Json json = {
      {"format", attestation.format}, {"parts", parts}, {"certificates", certificates}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<KeyAttestation> read_attestation(std::string_view json) {
  const Json root = TRY(parse_json(json, "attestation file", limits::attestation_file_bytes_max));
  if (!root.is_object() || root.size() != 3 || !root.contains("format") ||
      !root["format"].is_string() || !root.contains("parts") || !root["parts"].is_object() ||
      !root.contains("certificates") || !root["certificates"].is_array()) {
    return malformed("it has format, parts and certificates, and nothing else");
  }
  if (root["parts"].size() > limits::attestation_parts_max ||
      root["certificates"].size() > limits::attestation_parts_max) {
    return malformed(fmt::format("more than {} parts", limits::attestation_parts_max));
  }
  KeyAttestation out;
  out.format = root["format"].get<std::string>();
  for (const auto& [name, value] : root["parts"].items()) {
    Bytes content = TRY(read_base64(value));
    out.parts.push_back({name, std::move(content)});
  }
  for (const Json& value : root["certificates"]) {
    out.certificates.push_back(TRY(read_base64(value)));
  }
  return out;
}

}  // namespace chancery::client
