#include "client/attestation/inputs.h"

#include <fmt/format.h>
#include <sys/random.h>

#include "client/files/file.h"
#include "client/verification/inputs.h"
#include "core/base/encoding.h"
#include "core/base/limits/administration.h"
#include "core/base/limits/key_hosts.h"
#include "core/crypto/x509/certificate_chain.h"

namespace chancery::client {

std::optional<Bytes> read_challenge(const std::string& hex) {
  const auto bytes = hex_decode(hex);
  if (!bytes.ok() || bytes->size() != limits::challenge_bytes) return std::nullopt;
  return *bytes;
}

std::string challenge_wanted() {
  return fmt::format("--challenge is {} bytes in lower-case hex", limits::challenge_bytes);
}

Result<std::vector<Certificate>> load_anchors(const std::filesystem::path& path) {
  const std::string pem = TRY(read_file(path, "anchors", limits::certificate_chain_bytes_max));
  return in_file(path.string(), read_chain(pem));
}

Bytes random_bytes(std::size_t count) {
  Bytes out(count);
  // getrandom(2): requests of up to 256 bytes are never cut short once the pool is seeded.
  CHANCERY_ASSERT(::getrandom(out.data(), out.size(), 0) == static_cast<ssize_t>(out.size()));
  return out;
}

}  // namespace chancery::client
