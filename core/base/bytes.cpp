#include "core/base/bytes.h"

#include <algorithm>

namespace chancery {

bool equal(ByteView a, ByteView b) { return std::ranges::equal(a, b); }

}  // namespace chancery
