#include "core/crypto/x509/timestamp_query.h"

#include "core/base/result.h"
#include "core/crypto/x509/openssl_object.h"

namespace chancery {
namespace {

using Query = openssl::Owned<TS_REQ, TS_REQ_free>;
using Imprint = openssl::Owned<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free>;
using AlgorithmName = openssl::Owned<X509_ALGOR, X509_ALGOR_free>;

bool fill(TS_REQ* query, const Digest& imprint, ByteView nonce) {
  const AlgorithmName algorithm(X509_ALGOR_new());
  const Imprint message(TS_MSG_IMPRINT_new());
  if (algorithm == nullptr || message == nullptr) return false;
  X509_ALGOR_set_md(algorithm.get(), openssl::hash_function(imprint.algorithm));
  Bytes value = imprint.value;
  const openssl::Integer number = openssl::integer_of(nonce);
  return TS_REQ_set_version(query, 1) == 1 &&
         TS_MSG_IMPRINT_set_algo(message.get(), algorithm.get()) == 1 &&
         TS_MSG_IMPRINT_set_msg(message.get(), value.data(), static_cast<int>(value.size())) == 1 &&
         TS_REQ_set_msg_imprint(query, message.get()) == 1 && number != nullptr &&
         TS_REQ_set_nonce(query, number.get()) == 1 && TS_REQ_set_cert_req(query, 0) == 1;
}

}  // namespace

Bytes timestamp_query(const Digest& imprint, ByteView nonce) {
  const Query query(TS_REQ_new());
  CHANCERY_ASSERT(query != nullptr && fill(query.get(), imprint, nonce));
  const auto der = openssl::encode(i2d_TS_REQ, query.get());
  CHANCERY_ASSERT(!der.empty());
  return {der.begin(), der.end()};
}

}  // namespace chancery
