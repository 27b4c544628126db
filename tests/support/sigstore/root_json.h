// A trusted root as text, whatever is in it.
#pragma once

#include "core/base/json.h"
#include "core/bundle/trusted_root.h"

namespace chancery::testing {

Json root_json(const bundle::TrustedRoot& root);

}  // namespace chancery::testing
