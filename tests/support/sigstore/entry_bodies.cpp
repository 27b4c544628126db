#include "tests/support/sigstore/entry_bodies.h"

#include <fmt/format.h>

#include "core/base/encoding.h"

namespace chancery::testing {
namespace {

std::string base64(std::string_view text) { return base64_encode(as_bytes(text)); }

std::string hash_of(std::string_view text) {
  return fmt::format(R"({{"algorithm":"sha256","value":"{}"}})",
                     hex_encode(sha256(as_bytes(text))));
}

}  // namespace

std::string hashed_rekord_body_v1(const Digest& digest, ByteView signature,
                                  const std::string& verifier_pem) {
  return fmt::format(R"({{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{{"data":{{"hash":)"
                     R"({{"algorithm":"{}","value":"{}"}}}},"signature":{{"content":"{}",)"
                     R"("publicKey":{{"content":"{}"}}}}}}}})",
                     name_of(digest.algorithm), hex_encode(digest.value), base64_encode(signature),
                     base64(verifier_pem));
}

std::string dsse_body_v1(std::string_view payload, ByteView signature,
                         const std::string& verifier_pem) {
  return fmt::format(R"({{"apiVersion":"0.0.1","kind":"dsse","spec":{{"envelopeHash":{},)"
                     R"("payloadHash":{},"signatures":[{{"signature":"{}","verifier":"{}"}}]}}}})",
                     hash_of("what was sent"), hash_of(payload), base64_encode(signature),
                     base64(verifier_pem));
}

std::string dsse_body_v2(std::string_view payload, ByteView signature, Algorithm algorithm,
                         ByteView certificate) {
  return fmt::format(
      R"({{"apiVersion":"0.0.2","kind":"dsse","spec":{{"dsseV002":{{"payloadHash":)"
      R"({{"algorithm":"SHA2_256","digest":"{}"}},"signatures":[{{"content":"{}","verifier":)"
      R"({{"keyDetails":"{}","x509Certificate":{{"rawBytes":"{}"}}}}}}]}}}}}})",
      base64_encode(sha256(as_bytes(payload))), base64_encode(signature), key_details_of(algorithm),
      base64_encode(certificate));
}

std::string intoto_body_v1(std::string_view payload, std::string_view payload_type,
                           ByteView signature, const std::string& verifier_pem) {
  return fmt::format(R"({{"apiVersion":"0.0.2","kind":"intoto","spec":{{"content":{{"envelope":)"
                     R"({{"payloadType":"{}","signatures":[{{"publicKey":"{}","sig":"{}"}}]}},)"
                     R"("hash":{},"payloadHash":{}}}}}}})",
                     payload_type, base64(verifier_pem), base64(base64_encode(signature)),
                     hash_of("what was sent"), hash_of(payload));
}

}  // namespace chancery::testing
