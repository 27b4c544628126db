// Every backend type, by name. An explicit list: self-registering statics vanish from static
// libraries and hide their order. Programs for tests link a list of their own.
#pragma once

#include <span>

#include "backends/key_backend.h"

namespace chancery {

std::span<const BackendType> backend_types();

inline const BackendType* find_backend_type(std::string_view name) {
  for (const BackendType& type : backend_types()) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

}  // namespace chancery
