// Any bytes as a trusted root: whoever is trusted has a name and a period.
#include <cstdlib>

#include "core/bundle/trusted_root.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace chancery::bundle;
  const auto root = parse_trusted_root({reinterpret_cast<const char*>(data), size});
  if (!root.ok()) return 0;
  for (const TrustedLog& log : root->transparency_logs) {
    if (log.log_id.empty() || log.key.spki().empty()) std::abort();
  }
  for (const TrustedAuthority& authority : root->certificate_authorities) {
    if (authority.chain.get().ok() && authority.chain.get()->empty()) std::abort();
  }
  return 0;
}
