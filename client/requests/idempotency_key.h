// The name of a request, chosen by the client, by which a retry finds the first attempt.
#pragma once

#include <chrono>
#include <string>

#include "core/base/bytes.h"

namespace chancery::client {

inline constexpr std::size_t idempotency_random_bytes = 10;

// RFC 9562 5.7, UUID version 7: the time comes first, so that keys of one hour lie together in the
// journal's index; 74 random bits follow. `random` has idempotency_random_bytes bytes.
std::string make_idempotency_key(std::chrono::milliseconds since_1970, ByteView random);

// With the clock and the kernel's randomness.
std::string new_idempotency_key();

}  // namespace chancery::client
