// Any bytes as a bundle: what is read can be written and read again, and judged without a crash.
#include <cstdlib>

#include "core/bundle/bundle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace chancery::bundle;
  const auto bundle = parse_bundle({reinterpret_cast<const char*>(data), size});
  if (!bundle.ok()) return 0;
  const std::string written = write_bundle(*bundle);
  const auto again = parse_bundle(written);
  if (!again.ok() || write_bundle(*again) != written) std::abort();
  return 0;
}
