// Any bytes as a key host's message or the daemon's: an answer, never a crash, and what is read is
// written back the same.
#include <cstdlib>

#include "backends/host/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace chancery;
  const ByteView packet(data, size);
  const auto from_host = host::decode_from_host(packet);
  if (from_host.ok() && !equal(host::encode(*from_host), packet)) std::abort();
  const auto to_host = host::decode_to_host(packet);
  if (to_host.ok() && !equal(host::encode(*to_host), packet)) std::abort();
  return 0;
}
