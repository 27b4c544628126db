// How long to wait before the same request is sent again.
#pragma once

#include <chrono>
#include <optional>

#include "core/base/error.h"

namespace chancery::client {

// Twice as long with each of the `troubles` before; `chance`, from 0 to 1, takes off up to half of
// it, so that many who were refused together do not come again together. All of that comes after
// the time to come again that `error` may name.
std::chrono::milliseconds retry_delay(const Error& error, unsigned troubles, double chance);

// The same, but early enough for a last answer within the time that is `left`. Nothing: that is
// over, or the time that `error` names is far beyond it.
std::optional<std::chrono::milliseconds> retry_delay_within(std::chrono::milliseconds left,
                                                            const Error& error, unsigned troubles,
                                                            double chance);

}  // namespace chancery::client
