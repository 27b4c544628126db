#include "core/crypto/x509/certificate.h"

#include <fmt/format.h>

#include <ctime>

#include "core/base/encoding.h"
#include "core/base/limits/bundles.h"
#include "core/base/utf8.h"
#include "core/crypto/x509/openssl_object.h"

namespace chancery {
namespace {

// The otherName of Fulcio's user name identities.
constexpr std::string_view user_name_oid = "1.3.6.1.4.1.57264.1.7";

Error malformed_certificate(std::string_view what) {
  ERR_clear_error();
  return invalid_request("CERTIFICATE_MALFORMED", fmt::format("certificate: {}", what));
}

std::optional<WallTime> read_time(const ASN1_TIME* time) {
  std::tm fields{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &fields) != 1) return std::nullopt;
  using namespace std::chrono;
  const year_month_day date{year(fields.tm_year + 1900),
                            month(static_cast<unsigned>(fields.tm_mon + 1)),
                            day(static_cast<unsigned>(fields.tm_mday))};
  return WallTime(sys_days(date) + hours(fields.tm_hour) + minutes(fields.tm_min) +
                  seconds(fields.tm_sec));
}

std::string text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::optional<SubjectName> read_name(const GENERAL_NAME& name) {
  if (name.type == GEN_URI) {
    return SubjectName{SubjectName::Kind::uri, text_of(name.d.uniformResourceIdentifier)};
  }
  if (name.type == GEN_EMAIL) {
    return SubjectName{SubjectName::Kind::email, text_of(name.d.rfc822Name)};
  }
  if (name.type != GEN_OTHERNAME) return std::nullopt;
  const openssl::Object user_name = openssl::object_named(user_name_oid);
  const OTHERNAME& other = *name.d.otherName;
  if (OBJ_cmp(other.type_id, user_name.get()) != 0 || other.value->type != V_ASN1_UTF8STRING) {
    return std::nullopt;
  }
  return SubjectName{SubjectName::Kind::user_name, text_of(other.value->value.utf8string)};
}

// RFC 5280 4.2: "A certificate MUST NOT include more than one instance of a particular extension."
bool has_extension_twice(const X509* x509) {
  for (int i = 0; i < X509_get_ext_count(x509); ++i) {
    const ASN1_OBJECT* oid = X509_EXTENSION_get_object(X509_get_ext(x509, i));
    if (X509_get_ext_by_OBJ(x509, oid, i) >= 0) return true;
  }
  return false;
}

}  // namespace

Certificate::Certificate(std::shared_ptr<X509> x509, Bytes der, WallTime not_before,
                         WallTime not_after)
    : x509_(std::move(x509)),
      der_(std::move(der)),
      not_before_(not_before),
      not_after_(not_after) {}

Result<Certificate> Certificate::from_der(ByteView der) {
  if (der.size() > limits::certificate_bytes_max) {
    return malformed_certificate(fmt::format("more than {} bytes", limits::certificate_bytes_max));
  }
  const unsigned char* cursor = der.data();
  std::shared_ptr<X509> x509(d2i_X509(nullptr, &cursor, static_cast<long>(der.size())), X509_free);
  if (x509 == nullptr || cursor != der.data() + der.size())
    return malformed_certificate("not DER of X.509");
  // Fills OpenSSL's cache of the extensions now, so that threads only read it.
  if (X509_check_purpose(x509.get(), -1, 0) != 1 || has_extension_twice(x509.get())) {
    return malformed_certificate("contradictory extensions");
  }
  const auto not_before = read_time(X509_get0_notBefore(x509.get()));
  const auto not_after = read_time(X509_get0_notAfter(x509.get()));
  if (!not_before || !not_after) return malformed_certificate("no readable period of validity");
  return Certificate(std::move(x509), to_bytes(der), *not_before, *not_after);
}

Result<PublicKey> Certificate::public_key() const {
  EVP_PKEY* key = X509_get0_pubkey(x509_.get());
  const auto spki = openssl::encode(i2d_X509_PUBKEY, X509_get_X509_PUBKEY(x509_.get()));
  const Bytes der(spki.begin(), spki.end());
  if (key == nullptr || EVP_PKEY_up_ref(key) != 1) {
    ERR_clear_error();
    return PublicKey::from_spki(der);  // says why not
  }
  return PublicKey::adopt(key, der);
}

bool Certificate::is_ca() const { return X509_check_ca(x509_.get()) != 0; }

bool Certificate::is_self_issued() const {
  return X509_NAME_cmp(X509_get_subject_name(x509_.get()), X509_get_issuer_name(x509_.get())) == 0;
}

bool Certificate::may_sign_data() const {
  // All bits are set where the extension is absent.
  return (X509_get_key_usage(x509_.get()) & KU_DIGITAL_SIGNATURE) != 0;
}

bool Certificate::has_extended_usage(std::string_view oid, bool absent) const {
  const openssl::ExtendedUsage usages(static_cast<EXTENDED_KEY_USAGE*>(
      X509_get_ext_d2i(x509_.get(), NID_ext_key_usage, nullptr, nullptr)));
  if (usages == nullptr) return absent;
  const openssl::Object wanted = openssl::object_named(oid);
  for (int i = 0; i < sk_ASN1_OBJECT_num(usages.get()); ++i) {
    if (OBJ_cmp(sk_ASN1_OBJECT_value(usages.get(), i), wanted.get()) == 0) return true;
  }
  return false;
}

std::optional<Bytes> Certificate::extension(std::string_view oid) const {
  const openssl::Object wanted = openssl::object_named(oid);
  const int position = X509_get_ext_by_OBJ(x509_.get(), wanted.get(), -1);
  if (position < 0) return std::nullopt;
  const ASN1_OCTET_STRING* data = X509_EXTENSION_get_data(X509_get_ext(x509_.get(), position));
  const unsigned char* bytes = ASN1_STRING_get0_data(data);
  return Bytes(bytes, bytes + ASN1_STRING_length(data));
}

Result<std::vector<SubjectName>> Certificate::subject_names() const {
  int state = 0;
  const openssl::GeneralNames names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(x509_.get(), NID_subject_alt_name, &state, nullptr)));
  // -1: not there. -2: there twice, which X.509 forbids.
  if (names == nullptr && state != -1)
    return malformed_certificate("unreadable subject alternative names");
  std::vector<SubjectName> out;
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    std::optional<SubjectName> name = read_name(*sk_GENERAL_NAME_value(names.get(), i));
    if (name) out.push_back(*std::move(name));
  }
  return out;
}

std::string Certificate::subject() const {
  char text[256];
  X509_NAME_oneline(X509_get_subject_name(x509_.get()), text, sizeof text);
  if (text[0] != 0) return text;
  const Result<std::vector<SubjectName>> names = subject_names();
  if (names.ok() && !names->empty() && is_plain_text(names->front().value)) {
    return names->front().value.substr(0, sizeof text);
  }
  const ASN1_INTEGER* serial = X509_get0_serialNumber(x509_.get());
  return fmt::format("serial number {}", hex_encode({ASN1_STRING_get0_data(serial),
                                                     static_cast<std::size_t>(serial->length)}));
}

}  // namespace chancery
