// An X.509 certificate: parsed once, then asked. Immutable; any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/deadline.h"
#include "core/crypto/public_key.h"

struct x509_st;

namespace chancery {

// RFC 5280 4.2.1.6, the kinds that Sigstore's certificates carry.
struct SubjectName {
  enum class Kind { uri, email, user_name };  // user_name: otherName 1.3.6.1.4.1.57264.1.7
  Kind kind = Kind::uri;
  std::string value;
};

class Certificate {
 public:
  // DER, no trailing bytes. Error (invalid_request): CERTIFICATE_MALFORMED.
  static Result<Certificate> from_der(ByteView der);

  const Bytes& der() const { return der_; }
  // Errors: PUBLIC_KEY_MALFORMED, PUBLIC_KEY_UNSUPPORTED.
  Result<PublicKey> public_key() const;

  // RFC 5280 4.1.2.5: both ends belong to the period.
  WallTime not_before() const { return not_before_; }
  WallTime not_after() const { return not_after_; }
  bool is_valid_at(WallTime time) const { return not_before_ <= time && time <= not_after_; }

  bool is_ca() const;
  bool is_self_issued() const;  // subject and issuer are the same
  bool may_sign_data() const;   // key usage is absent or has digitalSignature
  // Extended key usage has `oid`; `absent` is the answer where the extension is not there.
  bool has_extended_usage(std::string_view oid, bool absent) const;

  // The content of the extension with this OID; nothing where it is not there.
  std::optional<Bytes> extension(std::string_view oid) const;
  // Error: CERTIFICATE_MALFORMED.
  Result<std::vector<SubjectName>> subject_names() const;
  // For messages: where the subject is empty, as in Fulcio's certificates, another of its names,
  // and without any its serial number.
  std::string subject() const;

  x509_st* borrow() const { return x509_.get(); }  // stays ours; for this folder

 private:
  Certificate(std::shared_ptr<x509_st> x509, Bytes der, WallTime not_before, WallTime not_after);
  std::shared_ptr<x509_st> x509_;
  Bytes der_;
  WallTime not_before_;
  WallTime not_after_;
};

namespace usage {
inline constexpr std::string_view code_signing = "1.3.6.1.5.5.7.3.3";
inline constexpr std::string_view timestamping = "1.3.6.1.5.5.7.3.8";
inline constexpr std::string_view any = "2.5.29.37.0";
}  // namespace usage

}  // namespace chancery
