#include "tests/support/sigstore/certificate_maker.h"

#include <openssl/x509v3.h>

#include "core/crypto/x509/openssl_object.h"

namespace chancery::testing {
namespace {

using OwnedCertificate = openssl::Owned<X509, X509_free>;

void set_time(ASN1_TIME* field, WallTime time) {
  const auto since = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
  CHANCERY_ASSERT(ASN1_TIME_set(field, since.count()) != nullptr);
}

void set_name(X509_NAME* name, const std::string& common_name) {
  if (common_name.empty()) return;
  CHANCERY_ASSERT(X509_NAME_add_entry_by_txt(
                      name, "CN", MBSTRING_UTF8,
                      reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0) == 1);
}

void add(X509* x509, X509_EXTENSION* extension) {
  CHANCERY_ASSERT(extension != nullptr && X509_add_ext(x509, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

void add_named(X509* x509, X509* issuer, int nid, const std::string& value) {
  if (value.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, x509, nullptr, nullptr, 0);
  add(x509, X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
}

void add_raw(X509* x509, const RawExtension& raw) {
  const openssl::Owned<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> data(ASN1_OCTET_STRING_new());
  ASN1_OCTET_STRING_set(data.get(), raw.content.data(), static_cast<int>(raw.content.size()));
  const openssl::Object oid = openssl::object_named(raw.oid);
  add(x509, X509_EXTENSION_create_by_OBJ(nullptr, oid.get(), raw.critical ? 1 : 0, data.get()));
}

}  // namespace

std::uint64_t next_serial() {
  static std::uint64_t serial = 1000;
  return ++serial;
}

Certificate make_certificate(const CertificateShape& shape, const SigningKey& subject,
                             const Issuer& issuer) {
  return make_certificate(shape, subject.public_key(), issuer);
}

Certificate make_certificate(const CertificateShape& shape, const PublicKey& subject,
                             const Issuer& issuer) {
  const OwnedCertificate made(X509_new());
  X509* x509 = made.get();
  X509* signer = issuer.certificate == nullptr ? x509 : issuer.certificate->borrow();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), shape.serial);
  set_time(X509_getm_notBefore(x509), shape.not_before);
  set_time(X509_getm_notAfter(x509), shape.not_after);
  set_name(X509_get_subject_name(x509), shape.subject);
  X509_set_issuer_name(x509, X509_get_subject_name(signer));
  X509_set_pubkey(x509, subject.borrow());
  add_named(x509, signer, NID_basic_constraints, shape.basic_constraints);
  add_named(x509, signer, NID_key_usage, shape.key_usage);
  add_named(x509, signer, NID_ext_key_usage, shape.extended_usage);
  add_named(x509, signer, NID_subject_alt_name, shape.subject_names);
  add_named(x509, signer, NID_subject_key_identifier, "hash");
  // RFC 5280 4.2.1.1: in every certificate but a self-signed one.
  if (issuer.certificate != nullptr) add_named(x509, signer, NID_authority_key_identifier, "keyid");
  for (const RawExtension& raw : shape.extensions) add_raw(x509, raw);
  const EVP_MD* hash = issuer.key.algorithm() == Algorithm::ed25519
                           ? nullptr
                           : EVP_get_digestbyname(shape.signature_hash.c_str());
  CHANCERY_ASSERT(X509_sign(x509, issuer.key.borrow(), hash) > 0);
  const auto der = openssl::encode(i2d_X509, x509);
  return *Certificate::from_der({der.data(), der.size()});
}

Bytes utf8_string(std::string_view text) {
  CHANCERY_ASSERT(text.size() < 128);
  Bytes der = {0x0c, static_cast<std::uint8_t>(text.size())};
  der.insert(der.end(), text.begin(), text.end());
  return der;
}

}  // namespace chancery::testing
