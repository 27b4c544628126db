// Makes any certificate a test can think of, right or wrong.
#pragma once

#include <vector>

#include "core/crypto/x509/certificate.h"
#include "tests/support/sigstore/signing_key.h"

namespace chancery::testing {

struct RawExtension {
  std::string oid;
  Bytes content;
  bool critical = false;
};

std::uint64_t next_serial();

// What the certificate says. Names and usages as in openssl.cnf; empty: the extension is left out.
struct CertificateShape {
  std::uint64_t serial = next_serial();
  std::string subject = "leaf";
  WallTime not_before;
  WallTime not_after;
  std::string basic_constraints;  // "critical,CA:TRUE,pathlen:0"
  std::string key_usage = "critical,digitalSignature";
  std::string extended_usage = "codeSigning";
  std::string subject_names;  // "critical,email:a@example.test"
  std::vector<RawExtension> extensions;
  std::string signature_hash = "SHA256";  // as libcrypto names it; not of Ed25519
};

// Who signs: a key under a name. Without a certificate the new one is self-signed.
struct Issuer {
  const SigningKey& key;
  const Certificate* certificate;
};

Certificate make_certificate(const CertificateShape& shape, const SigningKey& subject,
                             const Issuer& issuer);
// For a key whose private half is elsewhere.
Certificate make_certificate(const CertificateShape& shape, const PublicKey& subject,
                             const Issuer& issuer);

// The DER of a UTF8String, as Fulcio's newer extensions hold.
Bytes utf8_string(std::string_view text);

}  // namespace chancery::testing
