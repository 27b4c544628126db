#include "core/crypto/x509/timestamp.h"

#include <fmt/format.h>
#include <openssl/pkcs7.h>

#include <algorithm>
#include <utility>

#include "core/base/limits/bundles.h"
#include "core/base/rfc3339.h"
#include "core/crypto/x509/certificate_path.h"
#include "core/crypto/x509/certificate_store.h"

namespace chancery {
namespace {

Error malformed_timestamp(std::string_view what) {
  ERR_clear_error();
  return invalid_request("TIMESTAMP_MALFORMED", fmt::format("timestamp: {}", what));
}

// RFC 3161 2.4.2: "YYYYMMDDhhmmss[.s...]Z"; the same digits in RFC 3339's order are a time. One
// that is finer than ours would be cut, and could come into a period that it is not in.
std::optional<WallTime> read_time(const ASN1_GENERALIZEDTIME* time) {
  if (time == nullptr) return std::nullopt;
  const std::string_view text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(time)),
                              static_cast<std::size_t>(ASN1_STRING_length(time)));
  constexpr std::size_t longest = std::string_view("YYYYMMDDhhmmss.123456Z").size();
  if (text.size() < 15 || text.size() > longest) return std::nullopt;
  const Result<WallTime> read = parse_rfc3339(
      fmt::format("{}-{}-{}T{}:{}:{}", text.substr(0, 4), text.substr(4, 2), text.substr(6, 2),
                  text.substr(8, 2), text.substr(10, 2), text.substr(12)));
  const bool is_utc = text.ends_with('Z');
  return read.ok() && is_utc ? std::optional(*read) : std::nullopt;
}

std::optional<HashAlgorithm> hash_of(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* oid = nullptr;
  X509_ALGOR_get0(&oid, nullptr, nullptr, algorithm);
  switch (OBJ_obj2nid(oid)) {
    case NID_sha256:
      return HashAlgorithm::sha256;
    case NID_sha384:
      return HashAlgorithm::sha384;
    case NID_sha512:
      return HashAlgorithm::sha512;
    default:
      return std::nullopt;
  }
}

// The one signer of the token, TS_RESP_verify_signature refuses more; named by issuer and serial
// number, which is version 1 (RFC 5652 5.3).
PKCS7_SIGNER_INFO* signer_info(PKCS7* token) {
  STACK_OF(PKCS7_SIGNER_INFO)* infos = PKCS7_get_signer_info(token);
  if (sk_PKCS7_SIGNER_INFO_num(infos) != 1) return nullptr;
  PKCS7_SIGNER_INFO* info = sk_PKCS7_SIGNER_INFO_value(infos, 0);
  return ASN1_INTEGER_get(info->version) == 1 ? info : nullptr;
}

bool is_named_by(const PKCS7_SIGNER_INFO& info, const X509* certificate) {
  const PKCS7_ISSUER_AND_SERIAL& name = *info.issuer_and_serial;
  return X509_NAME_cmp(name.issuer, X509_get_issuer_name(certificate)) == 0 &&
         ASN1_INTEGER_cmp(name.serial, X509_get0_serialNumber(certificate)) == 0;
}

// RFC 5652 11.1: the attribute must be there and name the content. OpenSSL does not look.
bool content_type_is_signed(PKCS7_SIGNER_INFO* info) {
  const ASN1_TYPE* type = PKCS7_get_signed_attribute(info, NID_pkcs9_contentType);
  return type != nullptr && type->type == V_ASN1_OBJECT &&
         OBJ_obj2nid(type->value.object) == NID_id_smime_ct_TSTInfo;
}

// RFC 5652 5.3: the algorithm that made the signature, which is the key's, be it named with the
// digest (RFC 5754 3.3) or alone (3.2: RSA). Nobody signs the name, and OpenSSL does not look.
bool names_algorithm_of(const PKCS7_SIGNER_INFO& info, const Certificate& signer) {
  const ASN1_OBJECT* named = nullptr;
  const ASN1_OBJECT* digest = nullptr;
  X509_ALGOR_get0(&named, nullptr, nullptr, info.digest_enc_alg);
  X509_ALGOR_get0(&digest, nullptr, nullptr, info.digest_alg);
  const int key = EVP_PKEY_get_base_id(X509_get0_pubkey(signer.borrow()));
  int named_digest = NID_undef;
  int named_key = NID_undef;
  if (OBJ_find_sigid_algs(OBJ_obj2nid(named), &named_digest, &named_key) != 1) {
    return OBJ_obj2nid(named) == key;
  }
  return named_key == key && named_digest == OBJ_obj2nid(digest);
}

// Taken out of the token: whatever OpenSSL finds there it would build a path with, at any time and
// for any use.
std::vector<Bytes> take_certificates(PKCS7* token) {
  std::vector<Bytes> taken;
  STACK_OF(X509)* inside = std::exchange(token->d.sign->cert, nullptr);
  for (int i = 0; i < sk_X509_num(inside); ++i) {
    const auto der = openssl::encode(i2d_X509, sk_X509_value(inside, i));
    taken.emplace_back(der.begin(), der.end());
  }
  sk_X509_pop_free(inside, X509_free);
  return taken;
}

// Those that can be read; another is no step to anywhere.
std::vector<Certificate> read_certificates(std::span<const Bytes> ders, CertificateMemory& memory) {
  std::vector<Certificate> read;
  for (const Bytes& der : ders) {
    Result<Certificate> certificate = memory.read(der);
    if (certificate.ok()) read.push_back(*std::move(certificate));
  }
  return read;
}

// RFC 3161 2.3: the signer's only usage is timestamping, and it says so critically; OpenSSL's
// purpose checks that.
Result<void> check_usage(const Certificate& signer) {
  const bool is_stamper = X509_check_purpose(signer.borrow(), X509_PURPOSE_TIMESTAMP_SIGN, 0) == 1;
  if (is_stamper && !signer.is_ca()) return {};
  ERR_clear_error();
  return invalid_request(
      "TIMESTAMP_CERTIFICATE_USAGE_WRONG",
      fmt::format("timestamp: certificate \"{}\" is not for timestamping alone", signer.subject()));
}

// Why there is no path, of a timestamp.
Error explain(const Error& no_path) {
  std::string_view reason = "TIMESTAMP_SIGNER_UNKNOWN";
  if (no_path.reason == "CERTIFICATE_USAGE_WRONG") reason = "TIMESTAMP_CERTIFICATE_USAGE_WRONG";
  if (no_path.reason == "CERTIFICATE_NOT_VALID") reason = "TIMESTAMP_CERTIFICATE_NOT_VALID";
  return invalid_request(std::string(reason), fmt::format("timestamp: {}", no_path.message));
}

}  // namespace

TimestampResponse::TimestampResponse(std::shared_ptr<TS_RESP> response, std::vector<Bytes> carried,
                                     WallTime time)
    : response_(std::move(response)), carried_(std::move(carried)), time_(time) {}

Result<TimestampResponse> TimestampResponse::from_der(ByteView der) {
  const unsigned char* cursor = der.data();
  std::shared_ptr<TS_RESP> response(d2i_TS_RESP(nullptr, &cursor, static_cast<long>(der.size())),
                                    TS_RESP_free);
  if (response == nullptr || cursor != der.data() + der.size()) {
    return malformed_timestamp("not DER of a TimeStampResp");
  }
  const ASN1_INTEGER* status = TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response.get()));
  const long code = ASN1_INTEGER_get(status);
  if (code != TS_STATUS_GRANTED && code != TS_STATUS_GRANTED_WITH_MODS) {
    return invalid_request("TIMESTAMP_NOT_GRANTED",
                           fmt::format("timestamp: the authority answered with status {}", code));
  }
  PKCS7* token = TS_RESP_get_token(response.get());
  TS_TST_INFO* info = TS_RESP_get_tst_info(response.get());
  if (token == nullptr || info == nullptr || !PKCS7_type_is_signed(token) ||
      signer_info(token) == nullptr || TS_TST_INFO_get_version(info) != 1) {
    return malformed_timestamp("no token with one signer in it");
  }
  const auto time = read_time(TS_TST_INFO_get_time(info));
  if (!time) return malformed_timestamp("its time is not readable, or finer than a microsecond");
  if (sk_X509_num(token->d.sign->cert) > static_cast<int>(limits::bundle_certificates_max)) {
    return malformed_timestamp(
        fmt::format("more than {} certificates", limits::bundle_certificates_max));
  }
  std::vector<Bytes> carried = take_certificates(token);
  return TimestampResponse(std::move(response), std::move(carried), *time);
}

Result<void> TimestampResponse::check_imprint(ByteView stamped) const {
  TS_MSG_IMPRINT* imprint = TS_TST_INFO_get_msg_imprint(TS_RESP_get_tst_info(response_.get()));
  const auto algorithm = hash_of(TS_MSG_IMPRINT_get_algo(imprint));
  if (!algorithm) {
    return invalid_request("TIMESTAMP_HASH_UNSUPPORTED",
                           "timestamp: its hash is neither SHA-256, SHA-384 nor SHA-512");
  }
  const ASN1_OCTET_STRING* value = TS_MSG_IMPRINT_get_msg(imprint);
  const ByteView imprinted(ASN1_STRING_get0_data(value),
                           static_cast<std::size_t>(ASN1_STRING_length(value)));
  if (equal(imprinted, digest(*algorithm, stamped).value)) return {};
  return invalid_request("TIMESTAMP_IMPRINT_MISMATCH", "timestamp: it is of another signature");
}

Result<void> TimestampResponse::check_nonce(ByteView nonce) const {
  const ASN1_INTEGER* answered = TS_TST_INFO_get_nonce(TS_RESP_get_tst_info(response_.get()));
  const openssl::Integer asked = openssl::integer_of(nonce);
  if (answered != nullptr && asked != nullptr && ASN1_INTEGER_cmp(answered, asked.get()) == 0) {
    return {};
  }
  ERR_clear_error();
  return invalid_request("TIMESTAMP_NONCE_MISMATCH", "timestamp: it answers another query");
}

Result<Certificate> TimestampResponse::find_signer(std::span<const Certificate> authority,
                                                   std::span<const Certificate> carried) const {
  const PKCS7_SIGNER_INFO& info = *signer_info(TS_RESP_get_token(response_.get()));
  const auto is_signer = [&info](const Certificate& each) {
    return is_named_by(info, each.borrow());
  };
  const auto named = std::ranges::find_if(carried, is_signer);
  const Error unknown = invalid_request("TIMESTAMP_SIGNER_UNKNOWN",
                                        "timestamp: not signed with this authority's certificate");
  if (!authority.empty() && !authority.front().is_ca()) {
    const Certificate& pinned = authority.front();
    const bool is_pinned =
        is_signer(pinned) &&
        (carried_.empty() || (named != carried.end() && named->der() == pinned.der()));
    return is_pinned ? Result(pinned) : unknown;
  }
  // The root lists only issuers: the certificate in the token must lead to their anchor.
  if (authority.empty() || named == carried.end()) return unknown;
  return *named;
}

Result<void> TimestampResponse::check_signer(std::span<const Certificate> authority,
                                             CertificateMemory& memory) const {
  const std::vector<Certificate> carried = read_certificates(carried_, memory);
  const Certificate signer = TRY(find_signer(authority, carried));
  TRY(check_usage(signer));
  const Certificate& anchor = authority.back();
  // The root's own first: what a response carries under the same name must not hide them.
  std::vector<Certificate> steps(authority.begin(), authority.end() - 1);
  steps.insert(steps.end(), carried.begin(), carried.end());
  const auto path = find_path_for({usage::timestamping, time_}, signer, steps, anchor, memory);
  if (!path.ok()) return explain(path.error());
  if (path->size() < 2) {
    return invalid_request("TIMESTAMP_SIGNER_UNKNOWN",
                           fmt::format("timestamp: certificate \"{}\" is listed as an authority "
                                       "itself",
                                       signer.subject()));
  }
  TRY(signer.public_key());
  PKCS7* token = TS_RESP_get_token(response_.get());
  PKCS7_SIGNER_INFO* info = signer_info(token);
  if (!hash_of(info->digest_alg)) {
    return invalid_request("TIMESTAMP_HASH_UNSUPPORTED",
                           "timestamp: its signature's hash is neither SHA-256, SHA-384 nor "
                           "SHA-512");
  }
  const openssl::Store store = openssl::make_store({&anchor, 1}, memory);
  const openssl::CertificateList certificates = openssl::list_of(*path);
  // That path once more, ESS certificate ids (RFC 5816), message digest and signature.
  if (content_type_is_signed(info) && names_algorithm_of(*info, signer) &&
      TS_RESP_verify_signature(token, certificates.get(), store.get(), nullptr) == 1) {
    return {};
  }
  ERR_clear_error();
  return invalid_request("TIMESTAMP_SIGNATURE_INVALID",
                         "timestamp: its signature does not verify with this authority");
}

}  // namespace chancery
