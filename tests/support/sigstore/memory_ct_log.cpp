#include "tests/support/sigstore/memory_ct_log.h"

#include "core/crypto/x509/openssl_object.h"

namespace chancery::testing {
namespace {

void append_number(Bytes& out, std::uint64_t value, unsigned bytes) {
  while (bytes-- > 0) out.push_back(static_cast<std::uint8_t>(value >> (8 * bytes)));
}
void append(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

Bytes wrapped16(ByteView bytes) {
  Bytes out;
  append_number(out, bytes.size(), 2);
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
  append_number(input, sct.timestamp_ms, 8);
  append_number(input, 1, 2);
  append(input, sha256(issuer.key.public_key().spki()));
  append_number(input, tbs.size(), 3);
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
    append_number(item, sct.timestamp_ms, 8);
    append(item, wrapped16(sct.extensions));
    append(item, Bytes{4, static_cast<std::uint8_t>(sct.is_rsa ? 1 : 3)});
    append(item, wrapped16(sct.signature));
    append(list, wrapped16(item));
  }
  const Bytes value = wrapped16(list);
  Bytes der = {0x04};  // OCTET STRING
  if (value.size() < 128) {
    append_number(der, value.size(), 1);
  } else if (value.size() < 256) {
    append_number(der, 0x81, 1);
    append_number(der, value.size(), 1);
  } else {
    append_number(der, 0x82, 1);
    append_number(der, value.size(), 2);
  }
  append(der, value);
  return {"1.3.6.1.4.1.11129.2.4.2", std::move(der), false};
}

}  // namespace chancery::testing
