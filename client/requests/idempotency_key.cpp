#include "client/requests/idempotency_key.h"

#include <sys/random.h>

#include <algorithm>
#include <array>

#include "core/base/encoding.h"
#include "core/base/result.h"

namespace chancery::client {

std::string make_idempotency_key(std::chrono::milliseconds since_1970, ByteView random) {
  CHANCERY_ASSERT(random.size() == idempotency_random_bytes);
  std::array<std::uint8_t, 16> uuid{};
  const auto milliseconds = static_cast<std::uint64_t>(since_1970.count());
  for (std::size_t i = 0; i < 6; ++i)
    uuid.at(i) = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
  std::copy(random.begin(), random.end(), uuid.begin() + 6);
  // RFC 9562 4.1 and 4.2: version 7 in the upper half of byte 6, variant 10 in byte 8.
  uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0FU) | 0x70U);
  uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3FU) | 0x80U);

  std::string text = hex_encode(uuid);
  for (const std::size_t place : {20U, 16U, 12U, 8U}) text.insert(place, 1, '-');
  return text;
}

std::string new_idempotency_key() {
  std::array<std::uint8_t, idempotency_random_bytes> random{};
  // getrandom(2): requests of up to 256 bytes are never cut short once the pool is seeded.
  CHANCERY_ASSERT(::getrandom(random.data(), random.size(), 0) ==
                  static_cast<ssize_t>(random.size()));
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return make_idempotency_key(std::chrono::duration_cast<std::chrono::milliseconds>(now), random);
}

}  // namespace chancery::client
