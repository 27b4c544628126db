// What kind of statement: the short names that cosign has for predicate types.
#pragma once

#include <string>

#include "core/base/result.h"

namespace chancery::client {

// The URI of a name; of a URI itself. Error: invalid_request PREDICATE_TYPE_UNKNOWN.
Result<std::string> predicate_uri(const std::string& type);

}  // namespace chancery::client
