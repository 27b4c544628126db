#include "tests/support/sigstore/memory_ct_log.h"

#include "core/crypto/x509/openssl_object.h"

namespace chancery::testing {
namespace {

Bytes wrapped16(ByteView bytes) {
  Bytes out;
  append_big_endian(out, bytes.size(), 2);
  append(out, bytes);
  return out;
}

}  // namespace

Sct MemoryCtLog::sign(const CertificateShape& shape, const SigningKey& subject,
                      const Issuer& issuer, WallTime time, Bytes extensions) const {
  // A certificate without the list, from which only the part that is signed is taken.
  const Certificate unlogged = make_certificate(shape, subject, issuer);
  X509* x509 = unlogged.borrow();
  const auto tbs = openssl::encode(i2d_re_X509_tbs, x509);
  Sct sct{id(), 0, std::move(extensions), is_rsa(key_.algorithm()), {}};
  sct.timestamp_ms = static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count());
  Bytes input = {0, 0};
  append_big_endian(input, sct.timestamp_ms, 8);
  append_big_endian(input, 1, 2);
  append(input, sha256(issuer.key.public_key().spki()));
  append_big_endian(input, tbs.size(), 3);
  append(input, {tbs.data(), tbs.size()});
  append(input, wrapped16(sct.extensions));
  sct.signature = key_.sign(input);
  return sct;
}

bundle::TrustedLog MemoryCtLog::trusted(bundle::ValidFor period) const {
  return {"https://ct.example.test",
          to_bytes(id()),
          key_.public_key(),
          key_.public_key().algorithm(),
          period,
          "",
          std::nullopt};
}

RawExtension sct_list(const std::vector<Sct>& scts) {
  Bytes list;
  for (const Sct& sct : scts) {
    Bytes item = {0};
    append(item, sct.log_id);
    append_big_endian(item, sct.timestamp_ms, 8);
    append(item, wrapped16(sct.extensions));
    append(item, Bytes{4, static_cast<std::uint8_t>(sct.is_rsa ? 1 : 3)});
    append(item, wrapped16(sct.signature));
    append(list, wrapped16(item));
  }
  const Bytes value = wrapped16(list);
  Bytes der = {0x04};  // OCTET STRING
  if (value.size() < 128) {
    append_big_endian(der, value.size(), 1);
  } else if (value.size() < 256) {
    append_big_endian(der, 0x81, 1);
    append_big_endian(der, value.size(), 1);
  } else {
    append_big_endian(der, 0x82, 1);
    append_big_endian(der, value.size(), 2);
  }
  append(der, value);
  return {"1.3.6.1.4.1.11129.2.4.2", std::move(der), false};
}

}  // namespace chancery::testing
