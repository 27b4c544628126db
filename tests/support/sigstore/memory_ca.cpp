#include "tests/support/sigstore/memory_ca.h"

#include <fmt/format.h>

#include "core/base/rfc3339.h"

namespace chancery::testing {
namespace {

CertificateShape authority_shape(std::string subject, std::string constraints,
                                 std::string extended_usage) {
  CertificateShape shape;
  shape.subject = std::move(subject);
  shape.not_before = *parse_rfc3339("2026-01-01T00:00:00Z");
  shape.not_after = *parse_rfc3339("2036-01-01T00:00:00Z");
  shape.basic_constraints = std::move(constraints);
  shape.key_usage = "critical,keyCertSign,cRLSign";
  shape.extended_usage = std::move(extended_usage);
  return shape;
}

CertificateShape renewed(CertificateShape shape, WallTime from, WallTime until) {
  shape.serial = next_serial();
  shape.not_before = from;
  shape.not_after = until;
  return shape;
}

}  // namespace

std::string fulcio_oid(unsigned number) { return fmt::format("1.3.6.1.4.1.57264.1.{}", number); }

MemoryCa::MemoryCa(Algorithm algorithm, const std::string& name,
                   const std::string& intermediate_usage)
    : root_shape_(authority_shape(name + "root", "critical,CA:TRUE,pathlen:1", "")),
      intermediate_shape_(
          authority_shape(name + "intermediate", "critical,CA:TRUE,pathlen:0", intermediate_usage)),
      root_key_(SigningKey::make(algorithm)),
      intermediate_key_(SigningKey::make(algorithm)),
      root_(make_certificate(root_shape_, root_key_, {root_key_, nullptr})),
      intermediate_(make_certificate(intermediate_shape_, intermediate_key_, {root_key_, &root_})) {
}

Certificate MemoryCa::root_valid(WallTime from, WallTime until) const {
  return make_certificate(renewed(root_shape_, from, until), root_key_, {root_key_, nullptr});
}

Certificate MemoryCa::intermediate_valid(WallTime from, WallTime until) const {
  return make_certificate(renewed(intermediate_shape_, from, until), intermediate_key_,
                          {root_key_, &root_});
}

CertificateShape MemoryCa::leaf_shape(WallTime start) const {
  CertificateShape shape;
  shape.subject = "";
  shape.not_before = start;
  shape.not_after = start + std::chrono::minutes(10);
  shape.subject_names = "critical,email:signer@example.test";
  shape.extensions = {{fulcio_oid(1), to_bytes(as_bytes("https://issuer.example.test")), false},
                      {fulcio_oid(8), utf8_string("https://issuer.example.test"), false}};
  return shape;
}

Certificate MemoryCa::issue(const CertificateShape& shape, const SigningKey& subject) const {
  return issue(shape, subject.public_key());
}

Certificate MemoryCa::issue(const CertificateShape& shape, const PublicKey& subject) const {
  return make_certificate(shape, subject, {intermediate_key_, &intermediate_});
}

Sct MemoryCa::log_in(const MemoryCtLog& log, const CertificateShape& shape,
                     const SigningKey& subject, WallTime time, Bytes extensions) const {
  return log.sign(shape, subject, {intermediate_key_, &intermediate_}, time, std::move(extensions));
}

bundle::TrustedAuthority MemoryCa::trusted(bundle::ValidFor period) const {
  return {"https://fulcio.example.test", std::vector{intermediate_, root_}, period, ""};
}

}  // namespace chancery::testing
