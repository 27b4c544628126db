// What is given for a bundle or a trusted root, and is something else that is known.
#pragma once

#include "core/base/json.h"

namespace chancery::bundle {

// Errors (invalid_request), with what it is and what to do with it: BUNDLE_IS_ANOTHER_FILE,
// TRUSTED_ROOT_IS_ANOTHER_FILE. That it is none of those says nothing of what it is.
Result<void> check_not_another_than_bundle(const Json& json);
Result<void> check_not_another_than_trusted_root(const Json& json);

}  // namespace chancery::bundle
