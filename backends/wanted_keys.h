// The option make_missing: keys that are made on first use.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/algorithm.h"

namespace chancery {

struct KeyWanted {
  std::string name;
  Algorithm algorithm;
};

// "name=algorithm, ...", each of an algorithm that the backend `supports`; every complaint goes to
// `problems`.
std::vector<KeyWanted> parse_wanted_keys(std::string_view list, bool (*supports)(Algorithm),
                                         std::vector<std::string>& problems);
// Whether a key may be removed, or would be made anew. Error: denied KEY_PROTECTED.
Result<void> check_unwanted(const std::vector<KeyWanted>& wanted, std::string_view name);

}  // namespace chancery
