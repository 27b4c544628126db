#include "tests/support/sigstore/memory_tsa.h"

#include <openssl/ts.h>

#include "core/base/rfc3339.h"
#include "core/crypto/x509/openssl_object.h"

namespace chancery::testing {
namespace {

using Request = openssl::Owned<TS_REQ, TS_REQ_free>;
using ResponseContext = openssl::Owned<TS_RESP_CTX, TS_RESP_CTX_free>;
using Stream = openssl::Owned<BIO, BIO_free_all>;

// Asked about an extension of the query when the token's content is made, all but signed: it holds
// the time to say.
int say_another_time(TS_RESP_CTX* context, X509_EXTENSION* extension, void*) {
  const openssl::Owned<ASN1_GENERALIZEDTIME, ASN1_GENERALIZEDTIME_free> time(
      ASN1_GENERALIZEDTIME_new());
  ASN1_STRING_copy(time.get(), X509_EXTENSION_get_data(extension));
  time->type = V_ASN1_GENERALIZEDTIME;
  return TS_TST_INFO_set_time(TS_RESP_CTX_get_tst_info(context), time.get());
}

void ask_for_time(TS_REQ* request, const std::string& text) {
  const openssl::Object oid = openssl::object_named("1.2.3.4");
  const openssl::Owned<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> data(ASN1_OCTET_STRING_new());
  ASN1_STRING_set(data.get(), text.data(), static_cast<int>(text.size()));
  const openssl::Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509_EXTENSION_create_by_OBJ(nullptr, oid.get(), 0, data.get()));
  TS_REQ_add_ext(request, extension.get(), -1);
}

Request make_request(ByteView bytes, const StampOptions& options) {
  Request request(TS_REQ_new());
  TS_REQ_set_version(request.get(), 1);
  const openssl::Owned<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free> imprint(TS_MSG_IMPRINT_new());
  const openssl::Owned<X509_ALGOR, X509_ALGOR_free> algorithm(X509_ALGOR_new());
  X509_ALGOR_set_md(algorithm.get(), openssl::hash_function(options.hash));
  TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get());
  Bytes value = digest(options.hash, bytes).value;
  TS_MSG_IMPRINT_set_msg(imprint.get(), value.data(), static_cast<int>(value.size()));
  TS_REQ_set_msg_imprint(request.get(), imprint.get());
  TS_REQ_set_cert_req(request.get(), options.with_certificates ? 1 : 0);
  if (!options.time_text.empty()) ask_for_time(request.get(), options.time_text);
  return request;
}

ASN1_INTEGER* next_number(TS_RESP_CTX*, void*) {
  ASN1_INTEGER* number = ASN1_INTEGER_new();
  ASN1_INTEGER_set_uint64(number, next_serial());
  return number;
}

int tell_time(TS_RESP_CTX*, void* data, long* seconds, long* microseconds) {
  const auto since = static_cast<const WallTime*>(data)->time_since_epoch();
  *seconds = std::chrono::floor<std::chrono::seconds>(since).count();
  *microseconds = (since - std::chrono::seconds(*seconds)).count();
  return 1;
}

CertificateShape shape_of(std::string subject, std::string constraints, std::string key_usage) {
  CertificateShape shape;
  shape.subject = std::move(subject);
  shape.not_before = *parse_rfc3339("2026-01-01T00:00:00Z");
  shape.not_after = *parse_rfc3339("2036-01-01T00:00:00Z");
  shape.basic_constraints = std::move(constraints);
  shape.key_usage = std::move(key_usage);
  shape.extended_usage = "";
  return shape;
}

CertificateShape own_shape(std::uint64_t serial) {
  CertificateShape shape = shape_of("tsa", "critical,CA:FALSE", "critical,digitalSignature");
  shape.serial = serial;
  shape.extended_usage = "critical,timeStamping";
  return shape;
}

}  // namespace

CertificateShape MemoryTsa::intermediate_shape() {
  return shape_of("tsa intermediate", "critical,CA:TRUE", "critical,keyCertSign,cRLSign");
}

MemoryTsa::MemoryTsa(std::string uri, const std::optional<CertificateShape>& intermediate)
    : uri_(std::move(uri)),
      root_key_(SigningKey::make(Algorithm::ecdsa_p256_sha256)),
      intermediate_key_(SigningKey::make(Algorithm::ecdsa_p256_sha256)),
      key_(SigningKey::make(Algorithm::ecdsa_p256_sha256)),
      root_(
          make_certificate(shape_of("tsa root", "critical,CA:TRUE", "critical,keyCertSign,cRLSign"),
                           root_key_, {root_key_, nullptr})),
      intermediate_(intermediate ? std::optional(make_certificate(*intermediate, intermediate_key_,
                                                                  {root_key_, &root_}))
                                 : std::nullopt),
      certificate_(make_certificate(own_shape(serial_), key_,
                                    intermediate_ ? Issuer{intermediate_key_, &*intermediate_}
                                                  : Issuer{root_key_, &root_})) {}

Bytes MemoryTsa::stamp(ByteView bytes, WallTime time, const StampOptions& options) const {
  const auto query = openssl::encode(i2d_TS_REQ, make_request(bytes, options).get());
  return answer({query.data(), query.size()}, time, options);
}

Bytes MemoryTsa::answer(ByteView query, WallTime time, const StampOptions& options) const {
  const Stream stream(BIO_new_mem_buf(query.data(), static_cast<int>(query.size())));
  const ResponseContext context(TS_RESP_CTX_new());
  const openssl::Object policy = openssl::object_named("1.3.6.1.4.1.57264.2");
  TS_RESP_CTX_set_signer_cert(context.get(), certificate_.borrow());
  TS_RESP_CTX_set_signer_key(context.get(), key_.borrow());
  const openssl::CertificateList between(sk_X509_new_null());
  if (intermediate_) sk_X509_push(between.get(), intermediate_->borrow());
  TS_RESP_CTX_set_certs(context.get(), between.get());
  TS_RESP_CTX_set_signer_digest(context.get(),
                                EVP_get_digestbyname(options.signature_hash.c_str()));
  TS_RESP_CTX_set_ess_cert_id_digest(context.get(), EVP_sha256());
  TS_RESP_CTX_set_def_policy(context.get(), policy.get());
  for (const HashAlgorithm hash :
       {HashAlgorithm::sha256, HashAlgorithm::sha384, HashAlgorithm::sha512}) {
    TS_RESP_CTX_add_md(context.get(), openssl::hash_function(hash));
  }
  TS_RESP_CTX_set_clock_precision_digits(context.get(), options.fraction_digits);
  TS_RESP_CTX_set_serial_cb(context.get(), next_number, nullptr);
  TS_RESP_CTX_set_time_cb(context.get(), tell_time, &time);
  TS_RESP_CTX_set_extension_cb(context.get(), say_another_time, nullptr);
  const openssl::TimestampResponse response(TS_RESP_create_response(context.get(), stream.get()));
  CHANCERY_ASSERT(response != nullptr);
  const auto der = openssl::encode(i2d_TS_RESP, response.get());
  return {der.begin(), der.end()};
}

bundle::TrustedAuthority MemoryTsa::trusted(bundle::ValidFor period) const {
  std::vector<Certificate> chain = {certificate_, root_};
  if (intermediate_) chain.insert(chain.begin() + 1, *intermediate_);
  return {uri_, std::move(chain), period, ""};
}

}  // namespace chancery::testing
