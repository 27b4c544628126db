// Any bytes as a list of SCTs: whatever is read accounts for every byte.
#include <cstdlib>

#include "core/crypto/x509/sct.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace chancery;
  const auto scts = parse_sct_list({data, size});
  if (!scts.ok()) return 0;
  // RFC 6962 3.2 and 3.3: lengths, version, log, time, hash and signature algorithm; around them an
  // OCTET STRING in DER.
  constexpr std::size_t fixed_bytes = 2 + 1 + 32 + 8 + 2 + 2 + 2;
  std::size_t bytes = 2;
  for (const Result<Sct>& sct : *scts) {
    if (!sct.ok()) return 0;
    bytes += fixed_bytes + sct->extensions.size() + sct->signature.size();
  }
  const std::size_t header_bytes = bytes < 128 ? 2 : bytes < 256 ? 3 : 4;
  if (scts->empty() || bytes + header_bytes != size) std::abort();
  return 0;
}
