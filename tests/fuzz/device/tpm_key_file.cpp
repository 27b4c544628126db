// Any bytes as a TPM's key file: an answer, never a crash, and what is read can be written and read
// again.
#include <cstdlib>

#include "backends/tpm/encoding.h"
#include "backends/tpm/key_file.h"
#include "backends/tpm/key_template.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace chancery;
  const auto blob = tpm::decode_key_blob(ByteView(data, size), "it");
  if (!blob.ok()) return 0;
  const TPMT_PUBLIC& key = blob->public_area.publicArea;
  if (tpm::algorithm_of(key, "it").ok()) static_cast<void>(tpm::spki_of(key, "it"));
  const auto pem = tpm::encode_key_blob(*blob);
  if (!pem.ok() || !tpm::decode_key_blob(as_bytes(*pem), "it").ok()) std::abort();
  return 0;
}
