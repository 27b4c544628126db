// PKCS#10 (RFC 2986): a key asks for a certificate. What it signs is built here from typed fields,
// so that nobody else chooses a byte of it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/crypto/public_key.h"

struct X509_req_st;

namespace chancery {

struct NameAttribute {
  std::string type;  // "CN"
  std::string value;
};

// "CN=Release Signing, O=Example\\, Inc.": C, ST, L, O, OU and CN, a backslash before what is meant
// literally. Error (invalid_request): SUBJECT_MALFORMED.
Result<std::vector<NameAttribute>> parse_subject(std::string_view text);

struct CertificateWish {
  std::vector<NameAttribute> subject;
  std::vector<std::string> dns_names;
  std::vector<std::string> email_addresses;
};

// A request that waits for its signature. One thread.
class CertificateRequest {
 public:
  // Errors: invalid_request SUBJECT_MALFORMED, ALTERNATIVE_NAME_INVALID; unsupported
  // ALGORITHM_UNSUPPORTED (certificates are not asked for with PSS or Ed25519ph).
  static Result<CertificateRequest> build(const CertificateWish& wish, const PublicKey& key,
                                          Algorithm algorithm);

  // CertificationRequestInfo in DER: what the key signs, hashed where it takes digests.
  const Bytes& info() const { return info_; }
  // The whole request in DER, once. Error: internal WRONG_SIGNATURE.
  Result<Bytes> complete(ByteView signature) const;

 private:
  CertificateRequest(std::shared_ptr<X509_req_st> request, Bytes info, int signature_id)
      : request_(std::move(request)), info_(std::move(info)), signature_id_(signature_id) {}
  std::shared_ptr<X509_req_st> request_;
  Bytes info_;
  int signature_id_;
};

}  // namespace chancery
