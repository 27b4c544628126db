// A key by its backend and its name there: "software:release".
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace chancery::daemon {

struct KeyName {
  std::string backend;
  std::string key;

  bool operator==(const KeyName&) const = default;
  std::string text() const { return backend + ":" + key; }
};

// Split at the first colon: a backend's name has none. Error: invalid_request KEY_NAME_INVALID.
inline Result<KeyName> read_key_name(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) {
    return invalid_request("KEY_NAME_INVALID", "a key is named backend:name");
  }
  return KeyName{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

}  // namespace chancery::daemon
