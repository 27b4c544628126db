#include "core/bundle/checks/recorded.h"

#include <fmt/format.h>

#include "core/base/encoding.h"

namespace chancery::bundle {
namespace {

std::string fingerprint(ByteView bytes) {
  return fmt::format("sha256:{}", hex_encode(sha256(bytes)));
}

std::string words(bool is_certificate, ByteView verifier) {
  return fmt::format("{} {}", is_certificate ? "certificate" : "key", fingerprint(verifier));
}

}  // namespace

Result<void> check_recorded(const LogEntry& entry, const Recorded& recorded, Signing signing) {
  const bool is_certificate = signing.signer.certificate.has_value();
  if (recorded.is_certificate != is_certificate ||
      !equal(recorded.verifier, signing.signer.verifier)) {
    return entry_refusal("LOG_ENTRY_KEY_MISMATCH", entry,
                         fmt::format("it records the {}, not the one verified with, {}",
                                     words(recorded.is_certificate, recorded.verifier),
                                     words(is_certificate, signing.signer.verifier)));
  }
  if (!equal(recorded.signature, signing.signature)) {
    return entry_refusal(
        "LOG_ENTRY_SIGNATURE_MISMATCH", entry,
        fmt::format("it records the signature {}, the bundle's is {}",
                    fingerprint(recorded.signature), fingerprint(signing.signature)));
  }
  return {};
}

Result<void> check_recorded_digest(const LogEntry& entry, const Digest& recorded,
                                   const Digest& known) {
  if (recorded == known) return {};
  return entry_refusal(
      "LOG_ENTRY_DIGEST_MISMATCH", entry,
      fmt::format("it records the digest {}, and what is verified has {}: that is not what was "
                  "signed",
                  hex_encode(recorded.value), hex_encode(known.value)));
}

}  // namespace chancery::bundle
