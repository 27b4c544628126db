// Any bytes as a certificate: what is read is what was given, and every question has an answer.
#include <algorithm>
#include <cstdlib>

#include "core/crypto/x509/fulcio.h"
#include "core/crypto/x509/sct.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace chancery;
  const auto certificate = Certificate::from_der({data, size});
  if (!certificate.ok()) return 0;
  if (!std::equal(certificate->der().begin(), certificate->der().end(), data, data + size))
    std::abort();
  (void)certificate->public_key();
  (void)certificate->is_ca();
  (void)certificate->may_sign_data();
  (void)certificate->has_extended_usage(usage::code_signing, false);
  (void)embedded_scts(*certificate);
  const auto identity = read_identity(*certificate);
  if (identity.ok() && identity->fields.size() > fulcio_fields().size()) std::abort();
  return 0;
}
