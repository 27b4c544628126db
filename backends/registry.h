// Every backend type, by name. An explicit list: self-registering statics vanish from static
// libraries and hide their order.
#pragma once

#include <span>

#include "backends/key_backend.h"

namespace chancery {

std::span<const BackendType> backend_types();
const BackendType* find_backend_type(std::string_view name);

}  // namespace chancery
