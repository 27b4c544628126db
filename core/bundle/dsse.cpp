#include "core/bundle/dsse.h"

#include <fmt/format.h>

namespace chancery::bundle {

std::string pae_prefix(std::string_view payload_type, std::size_t payload_bytes) {
  return fmt::format("DSSEv1 {} {} {} ", payload_type.size(), payload_type, payload_bytes);
}

Digest pae_digest(HashAlgorithm algorithm, std::string_view payload_type, ByteView payload) {
  DigestStream stream(algorithm);
  stream.update(as_bytes(pae_prefix(payload_type, payload.size())));
  stream.update(payload);
  return stream.finish();
}

}  // namespace chancery::bundle
