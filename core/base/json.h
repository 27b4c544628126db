// Foreign JSON, read strictly: nlohmann's SAX interface with the checks its DOM parser lacks.
#pragma once

#include <nlohmann/json.hpp>

#include "core/base/bytes.h"
#include "core/base/limits/bundles.h"
#include "core/base/limits/statements.h"
#include "core/base/result.h"

namespace chancery {

using Json = nlohmann::json;

// Parses one JSON value. Errors (invalid_request):
//   JSON_TOO_LARGE, JSON_MALFORMED (with the byte offset), JSON_DUPLICATE_KEY (with the key),
//   JSON_TOO_DEEP, JSON_TOO_MANY_MEMBERS (of one object), JSON_TOO_MANY_VALUES (in all),
//   JSON_NUMBER_OUT_OF_RANGE. `what` names the thing in the message.
Result<Json> parse_json(std::string_view text, std::string_view what,
                        std::size_t bytes_max = limits::bundle_bytes_max,
                        std::size_t depth_max = limits::json_depth_max);

// The same, without keeping what is in one member of the outermost object (an object or a list
// comes back empty). It is judged as strictly as the rest; memory follows its depth, not its size:
// of its values those count that stand in objects still open.
Result<Json> parse_json_but(std::string_view elided_member, std::string_view text,
                            std::string_view what, std::size_t bytes_max = limits::bundle_bytes_max,
                            std::size_t depth_max = limits::json_depth_max);

// The same, without keeping anything.
Result<void> check_json(std::string_view text, std::string_view what,
                        std::size_t bytes_max = limits::bundle_bytes_max,
                        std::size_t depth_max = limits::json_depth_max);

// Appends `text` as a JSON string with its quotes; `text` must be UTF-8.
void append_json_string(std::string& out, std::string_view text);

}  // namespace chancery
