#include "core/crypto/x509/sct.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/crypto/x509/openssl_object.h"
#include "core/crypto/x509/precertificate.h"

namespace chancery {
namespace {

constexpr std::string_view list_oid = "1.3.6.1.4.1.11129.2.4.2";
constexpr std::string_view poison_oid = "1.3.6.1.4.1.11129.2.4.3";
// RFC 5246 7.4.1.4.1, as RFC 6962 2.1.4 restricts it.
constexpr std::uint8_t hash_sha256 = 4;
constexpr std::uint8_t signature_rsa = 1;
constexpr std::uint8_t signature_ecdsa = 3;

Error malformed_sct(std::string_view what) {
  ERR_clear_error();
  return invalid_request("SCT_MALFORMED", fmt::format("signed certificate timestamp: {}", what));
}

// Takes TLS-encoded pieces from the front.
class TlsReader {
 public:
  explicit TlsReader(ByteView bytes) : rest_(bytes) {}
  std::optional<ByteView> take(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    const ByteView piece = rest_.first(count);
    rest_ = rest_.subspan(count);
    return piece;
  }
  std::optional<std::uint64_t> number(std::size_t bytes) {
    const auto piece = take(bytes);
    if (!piece) return std::nullopt;
    std::uint64_t value = 0;
    for (const std::uint8_t byte : *piece) value = value << 8 | byte;
    return value;
  }
  std::optional<ByteView> with_length16() {
    const auto length = number(2);
    return length ? take(*length) : std::nullopt;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  ByteView rest_;
};

// RFC 6962 3.2: version, log id, timestamp, extensions, DigitallySigned.
Result<Sct> parse_sct(ByteView bytes) {
  TlsReader reader(bytes);
  const auto version = reader.number(1);
  if (version != 0) return malformed_sct("not version 1");
  const auto log_id = reader.take(Sha256{}.size());
  const auto timestamp = reader.number(8);
  const auto extensions = reader.with_length16();
  const auto hash = reader.number(1);
  const auto algorithm = reader.number(1);
  const auto signature = reader.with_length16();
  if (!log_id || !timestamp || !extensions || !signature || !reader.at_end()) {
    return malformed_sct("too short or too long");
  }
  if (hash != hash_sha256 || (algorithm != signature_rsa && algorithm != signature_ecdsa)) {
    return malformed_sct("neither ECDSA nor RSA with SHA-256");
  }
  Sct sct{{}, *timestamp, to_bytes(*extensions), algorithm == signature_rsa, to_bytes(*signature)};
  std::ranges::copy(*log_id, sct.log_id.begin());
  return sct;
}

}  // namespace

Result<SctList> parse_sct_list(ByteView extension) {
  // RFC 6962 3.3: the extension's value is itself an OCTET STRING around the TLS list.
  const unsigned char* cursor = extension.data();
  const openssl::Owned<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> inner(
      d2i_ASN1_OCTET_STRING(nullptr, &cursor, static_cast<long>(extension.size())));
  // OpenSSL reads BER too: a length may be written in one way only.
  if (inner == nullptr ||
      !std::ranges::equal(openssl::encode(i2d_ASN1_OCTET_STRING, inner.get()), extension)) {
    return malformed_sct("the list is not in an OCTET STRING in DER");
  }
  TlsReader outer({ASN1_STRING_get0_data(inner.get()),
                   static_cast<std::size_t>(ASN1_STRING_length(inner.get()))});
  const auto list = outer.with_length16();
  if (!list || list->empty() || !outer.at_end()) return malformed_sct("the list's length is wrong");
  SctList scts;
  for (TlsReader reader(*list); !reader.at_end();) {
    const auto item = reader.with_length16();
    if (!item || item->empty()) return malformed_sct("an item's length is wrong");
    scts.push_back(parse_sct(*item));
  }
  return scts;
}

Result<SctList> embedded_scts(const Certificate& certificate) {
  if (certificate.extension(poison_oid)) {
    return malformed_sct("this is a precertificate, not a certificate");
  }
  const std::optional<Bytes> extension = certificate.extension(list_oid);
  if (!extension) {
    return invalid_request("SCT_MISSING",
                           "the certificate has no signed certificate timestamp: its authority "
                           "did not log it");
  }
  return parse_sct_list(*extension);
}

Result<void> verify_sct(const Sct& sct, const Certificate& certificate, const Certificate& issuer,
                        const PublicKey& key) {
  const std::optional<Bytes> tbs = tbs_without_extension(certificate, list_oid);
  if (!tbs) return malformed_sct("not embedded in a certificate in DER");
  const PublicKey issuer_key = TRY(issuer.public_key());
  // RFC 6962 3.2: v1, certificate_timestamp, timestamp, precert_entry, issuer_key_hash,
  // TBSCertificate with a length of 24 bits, extensions.
  Bytes input = {0, 0};
  append_big_endian(input, sct.timestamp_ms, 8);
  append_big_endian(input, 1, 2);
  append(input, sha256(issuer_key.spki()));
  append_big_endian(input, tbs->size(), 3);
  append(input, *tbs);
  append_big_endian(input, sct.extensions.size(), 2);
  append(input, sct.extensions);

  const Digest signed_digest = digest(HashAlgorithm::sha256, input);
  const bool fits_key = sct.is_rsa == is_rsa(key.algorithm());
  const bool verified =
      fits_key &&
      (sct.is_rsa
           ? key.verify_digest(key.algorithm(), signed_digest.value, sct.signature)
           : key.verify_ecdsa_digest(HashAlgorithm::sha256, signed_digest.value, sct.signature))
          .ok();
  if (verified) return {};
  return invalid_request("SCT_INVALID",
                         "the log's signature of the certificate timestamp does not verify: the "
                         "certificate is not the one that was logged");
}

}  // namespace chancery
