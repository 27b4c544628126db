// Any bytes as a timestamp response: none is by an authority whose key nobody has.
#include <array>
#include <cstdlib>

#include "core/crypto/x509/timestamp.h"
#include "tests/support/sigstore/memory_tsa.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace chancery;
  static const testing::MemoryTsa tsa;
  static const std::array authority{tsa.certificate(), tsa.root()};
  const auto response = TimestampResponse::from_der({data, size});
  if (!response.ok()) return 0;
  (void)response->check_imprint(as_bytes("signature"));
  CertificateMemory memory;
  if (response->check_signer(authority, memory).ok()) std::abort();
  return 0;
}
