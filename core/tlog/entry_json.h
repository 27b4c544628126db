// Fields of log entries, found in foreign JSON. For this folder's sources only.
#pragma once

#include <initializer_list>

#include "core/base/json.h"

namespace chancery::tlog {

Error malformed_entry(std::string_view what);  // ENTRY_MALFORMED

// The value at `path`; nullptr where something on the way is missing or no object.
const Json* find_member(const Json& json, std::initializer_list<const char*> path);
// The text there; nullptr where it is something else.
const std::string* find_text(const Json& json, std::initializer_list<const char*> path);
// The bytes of the base64 text there; not empty. Error: ENTRY_MALFORMED.
Result<Bytes> read_bytes(const Json& json, std::initializer_list<const char*> path);

}  // namespace chancery::tlog
