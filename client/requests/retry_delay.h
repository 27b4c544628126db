// How long to wait before the same request is sent again.
#pragma once

#include <chrono>

namespace chancery::client {

// Twice as long with each of the `troubles` before; `chance`, from 0 to 1, takes off up to half of
// it, so that many who were refused together do not come again together.
std::chrono::milliseconds retry_delay(unsigned troubles, double chance);

}  // namespace chancery::client
