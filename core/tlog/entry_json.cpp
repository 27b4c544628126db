#include "core/tlog/entry_json.h"

#include <fmt/format.h>

#include "core/base/encoding.h"

namespace chancery::tlog {

Error malformed_entry(std::string_view what) {
  return invalid_request("ENTRY_MALFORMED", fmt::format("log entry: {}", what));
}

const Json* find_member(const Json& json, std::initializer_list<const char*> path) {
  const Json* at = &json;
  for (const char* name : path) {
    if (!at->is_object()) return nullptr;
    const auto member = at->find(name);
    if (member == at->end()) return nullptr;
    at = &*member;
  }
  return at;
}

const std::string* find_text(const Json& json, std::initializer_list<const char*> path) {
  const Json* found = find_member(json, path);
  return found == nullptr ? nullptr : found->get_ptr<const std::string*>();
}

Result<Bytes> read_bytes(const Json& json, std::initializer_list<const char*> path) {
  const std::string* text = find_text(json, path);
  if (text == nullptr) return malformed_entry("a field is missing or not text");
  const Result<Bytes> bytes = base64_decode(*text);
  if (!bytes.ok() || bytes->empty()) return malformed_entry("a field is empty or not base64");
  return bytes;
}

}  // namespace chancery::tlog
