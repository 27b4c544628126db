// The addresses of services: http or https, and nothing in them that could mean two things.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace chancery {

// Letters, digits and signs that need no care anywhere: no user, password, fragment, space or
// control character. A host without dots and a port are fine. Error: invalid_request
// HTTP_URL_INVALID.
Result<void> check_http_url(std::string_view url);

// `base` and `path` with exactly one slash between them; `path` begins without one.
std::string join_url(std::string_view base, std::string_view path);

}  // namespace chancery
