// One signing with everything around it: the services, the bundle, the roots, what a verifier is
// told. All is as it should be; a test changes one thing and lets the rest happen again.
#pragma once

#include "core/bundle/dsse.h"
#include "core/bundle/verify.h"
#include "tests/support/sigstore/memory_ca.h"
#include "tests/support/sigstore/memory_log_v1.h"
#include "tests/support/sigstore/memory_tsa.h"
#include "tests/support/sigstore/sigstore.h"

namespace chancery::testing {

enum class SignedBy { certificate, key };
enum class RecordedIn { v2, v1 };

// What a verifier is given, as text.
struct Material {
  std::string bundle;
  std::string trusted_root;
  std::string artefact;
  std::string key_pem;   // empty: a certificate is expected, of
  std::string identity;  // this subject
  std::string issuer;    // vouched for by this one
};

struct Scene {
  explicit Scene(SignedBy by = SignedBy::certificate, RecordedIn in = RecordedIn::v2);

  // The services.
  MemoryCa ca;
  MemoryCtLog ct_log;
  MemoryLog log{"log.example.test"};
  MemoryLogV1 log_v1{"rekor.example.test"};
  MemoryTsa tsa;

  // How it is signed. Changed, then sign(): the change is what happened.
  SignedBy by;
  RecordedIn in;
  std::string media_type{bundle::media_type_v03};
  SigningKey key = SigningKey::make(Algorithm::ecdsa_p256_sha256);
  std::optional<Algorithm> algorithm;  // nothing: the key's own
  std::optional<HashAlgorithm> hash;   // nothing: the algorithm's own
  CertificateShape shape;              // of the leaf
  bool is_logged = true;               // the leaf, in ct_log
  Bytes sct_extensions;
  std::vector<Certificate> chain;  // after the leaf, in x509CertificateChain
  std::string artefact = "an artefact\n";
  std::optional<std::string> statement;  // nothing: the artefact itself is signed
  std::string payload_type{bundle::in_toto_payload_type};
  std::string entry_kind;                      // empty: by what is signed
  WallTime time = at("2026-06-01T12:01:00Z");  // when: timestamp and promise
  StampOptions stamp_options;

  // What comes of it.
  bundle::Bundle bundle;
  std::optional<Certificate> certificate;
  bundle::TrustedRoot root;
  Material told;  // key, identity, issuer, artefact; the texts are filled by material()

  Scene& sign();
  // A statement about the artefact.
  std::string good_statement() const;
  // Once more only this part, from what the bundle now holds.
  void stamp();
  void record();

  ByteView signature() const;
  bundle::LogEntry& entry() { return bundle.log_entries[0]; }
  bundle::InclusionProof& proof() { return *entry().inclusion_proof; }
  bundle::MessageSignature& message() { return std::get<bundle::MessageSignature>(bundle.content); }
  bundle::DsseEnvelope& envelope() { return std::get<bundle::DsseEnvelope>(bundle.content); }
  Material material() const;

 private:
  void certify();
  void sign_content();
  Bytes signature_over(std::string_view text) const;
  Digest signed_digest() const;
  Algorithm used_algorithm() const { return algorithm.value_or(key.algorithm()); }
  HashAlgorithm used_hash() const { return hash.value_or(hash_of(used_algorithm())); }
  bundle::LogEntry record_v2();
  bundle::LogEntry record_v1();
};

enum class Given { file, digest };
// As `chancery verify` would.
bundle::Verdict judge(const Material& material, Given given);

}  // namespace chancery::testing
