// Any bytes as the subject of a certificate request: an answer, never a crash, and no empty value.
#include <cstdlib>

#include "core/crypto/x509/certificate_request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto subject = chancery::parse_subject({reinterpret_cast<const char*>(data), size});
  if (!subject.ok()) return 0;
  for (const chancery::NameAttribute& attribute : *subject) {
    if (attribute.type.empty() || attribute.value.empty()) std::abort();
  }
  return 0;
}
