// Certificates: root inside, empty chain, wrong usage, authority as leaf, unknown authority,
// identity; and their SCTs: missing, unknown log, altered extensions.
#include "core/crypto/x509/sct.h"
#include "tests/support/sigstore/catalogue/catalogue.h"

namespace chancery::testing {
namespace {

// The leaf is made anew, after the change.
CatalogueCase issued(std::string name, std::string reason, std::function<void(Scene&)> change,
                     const std::function<Scene()>& good = blob_v2) {
  return {std::move(name), std::move(reason), good, [change = std::move(change)](Scene& scene) {
            change(scene);
            scene.sign();
          }};
}

void set_extension(Scene& scene, unsigned number, Bytes content) {
  std::erase_if(scene.shape.extensions, [number](const RawExtension& extension) {
    return extension.oid == fulcio_oid(number);
  });
  scene.shape.extensions.push_back({fulcio_oid(number), std::move(content), false});
}

MemoryCa stranger() { return MemoryCa(Algorithm::ecdsa_p256_sha256, "another "); }

Cases paths() {
  return {
      issued(
          "certificate_root_inside", "BUNDLE_CHAIN_HAS_ROOT",
          [](Scene& s) { s.chain.push_back(s.ca.root()); }, blob_v1_in_bundle_01),
      {"certificate_chain_empty", "BUNDLE_CHAIN_EMPTY", blob_v1_in_bundle_01,
       [](Scene& s) {
         s.bundle.verification_material = bundle::CertificateChain{{}, false};
       }},
      {"certificate_empty", "BUNDLE_CHAIN_EMPTY", blob_v2,
       [](Scene& s) {
         s.bundle.verification_material = bundle::CertificateChain{{{}}, true};
       }},
      {"certificate_chain_in_bundle_03", "BUNDLE_CHAIN_NOT_ALLOWED", blob_v1_in_bundle_01,
       [](Scene& s) { s.bundle.media_type = bundle::media_type_v03; }},
      {"certificate_malformed", "CERTIFICATE_MALFORMED", blob_v2,
       [](Scene& s) {
         s.bundle.verification_material = bundle::CertificateChain{{{0x30, 0}}, true};
       }},
      issued("certificate_of_an_unknown_authority", "CERTIFICATE_AUTHORITY_UNKNOWN",
             [](Scene& s) { s.ca = stranger(); }),
      issued("certificate_of_another_authority_of_that_name", "CERTIFICATE_AUTHORITY_UNKNOWN",
             [](Scene& s) { s.ca = MemoryCa(); }),
      issued(
          "certificate_of_an_unknown_authority_that_is_carried", "CERTIFICATE_AUTHORITY_UNKNOWN",
          [](Scene& s) {
            s.ca = stranger();
            s.chain = {s.ca.intermediate()};
          },
          blob_v1_in_bundle_01),
      issued("certificate_not_for_code_signing", "CERTIFICATE_USAGE_WRONG",
             [](Scene& s) { s.shape.extended_usage = "serverAuth"; }),
      issued("certificate_without_extended_usage", "CERTIFICATE_USAGE_WRONG",
             [](Scene& s) { s.shape.extended_usage = ""; }),
      issued("certificate_of_an_authority_not_for_code_signing", "CERTIFICATE_USAGE_WRONG",
             [](Scene& s) {
               s.ca = MemoryCa(Algorithm::ecdsa_p256_sha256, "", "timeStamping");
               s.root.certificate_authorities = {s.ca.trusted({at("2026-01-01T00:00:00Z"), {}})};
             }),
      issued("certificate_not_for_signatures", "CERTIFICATE_USAGE_WRONG",
             [](Scene& s) { s.shape.key_usage = "critical,keyAgreement"; }),
      issued("certificate_without_key_usage", "CERTIFICATE_USAGE_WRONG",
             [](Scene& s) { s.shape.key_usage = ""; }),
      issued("certificate_of_an_authority_as_leaf", "CERTIFICATE_USAGE_WRONG",
             [](Scene& s) {
               s.shape.basic_constraints = "critical,CA:TRUE";
               s.shape.key_usage = "critical,digitalSignature,keyCertSign";
             }),
  };
}

Cases identities() {
  return {
      {"identity_of_another", "IDENTITY_MISMATCH", blob_v2,
       [](Scene& s) { s.told.identity = "other@example.test"; }},
      {"identity_in_capitals", "IDENTITY_MISMATCH", blob_v2,
       [](Scene& s) { s.told.identity = "SIGNER@example.test"; }},
      {"identity_longer", "IDENTITY_MISMATCH", blob_v2,
       [](Scene& s) { s.told.identity += ".evil.test"; }},
      {"issuer_of_another", "ISSUER_MISMATCH", blob_v2,
       [](Scene& s) { s.told.issuer = "https://other.example.test"; }},
      issued("certificate_without_subject", "CERTIFICATE_SUBJECT_MISSING",
             [](Scene& s) { s.shape.subject_names = "critical,DNS:signer.example.test"; }),
      issued("certificate_with_an_unreadable_uri_before_the_email",
             "CERTIFICATE_EXTENSION_MALFORMED",
             [](Scene& s) {
               s.shape.subject_names = "critical,URI:https://a\x7f,email:" + s.told.identity;
             }),
      issued("certificate_without_issuer", "CERTIFICATE_ISSUER_MISSING",
             [](Scene& s) { s.shape.extensions.clear(); }),
      issued("certificate_with_two_issuers", "CERTIFICATE_ISSUER_AMBIGUOUS",
             [](Scene& s) { set_extension(s, 1, to_bytes(as_bytes("https://other.test"))); }),
      issued("certificate_with_two_issuers_the_expected_one_last", "CERTIFICATE_ISSUER_AMBIGUOUS",
             [](Scene& s) {
               s.shape.extensions[0].content = to_bytes(as_bytes("https://other.test"));
             }),
      issued("certificate_with_raw_issuer", "CERTIFICATE_EXTENSION_MALFORMED",
             [](Scene& s) { set_extension(s, 8, to_bytes(as_bytes(s.told.issuer))); }),
      issued("accepted_certificate_with_the_old_issuer_alone", "",
             [](Scene& s) { s.shape.extensions.pop_back(); }),
      issued("accepted_certificate_of_a_workflow", "",
             [](Scene& s) {
               s.told.identity = "https://github.com/o/r/.github/workflows/w.yml@refs/tags/v1";
               s.shape.subject_names = "critical,URI:" + s.told.identity;
             }),
  };
}

// The first item says that it is of version 2.
RawExtension of_a_later_version(RawExtension list) {
  // An OCTET STRING with a length of one byte or more; then list length and item length.
  const std::size_t header_bytes = list.content[1] < 0x80 ? 2 : 2 + (list.content[1] & 0x7f);
  list.content[header_bytes + 2 + 2] = 1;
  return list;
}

Cases scts() {
  return {
      issued("sct_missing", "SCT_MISSING", [](Scene& s) { s.is_logged = false; }),
      issued("sct_of_an_unknown_log", "SCT_LOG_UNKNOWN",
             [](Scene& s) { s.ct_log = MemoryCtLog(); }),
      issued("sct_of_another_certificate", "SCT_INVALID",
             [](Scene& s) {
               CertificateShape other = s.shape;
               other.serial = next_serial();
               s.shape.extensions.push_back(
                   sct_list({s.ca.log_in(s.ct_log, other, s.key, s.shape.not_before)}));
               s.is_logged = false;
             }),
      issued("sct_with_altered_extensions", "SCT_INVALID",
             [](Scene& s) {
               Sct sct = s.ca.log_in(s.ct_log, s.shape, s.key, s.shape.not_before, {0, 0, 5});
               sct.extensions = {0, 0, 6};
               s.shape.extensions.push_back(sct_list({sct}));
               s.is_logged = false;
             }),
      issued("sct_list_empty", "SCT_MALFORMED",
             [](Scene& s) {
               s.shape.extensions.push_back(sct_list({}));
               s.is_logged = false;
             }),
      {"sct_log_expired", "SCT_LOG_NOT_VALID", blob_v2,
       [](Scene& s) { s.root.certificate_logs[0].valid_for.end = at("2026-05-01T00:00:00Z"); }},
      issued("sct_of_a_later_version", "SCT_MALFORMED",
             [](Scene& s) {
               s.shape.extensions.push_back(of_a_later_version(
                   sct_list({s.ca.log_in(s.ct_log, s.shape, s.key, s.shape.not_before)})));
               s.is_logged = false;
             }),
      issued("accepted_sct_beside_one_of_a_later_version", "",
             [](Scene& s) {
               const Sct sct = s.ca.log_in(s.ct_log, s.shape, s.key, s.shape.not_before);
               s.shape.extensions.push_back(of_a_later_version(sct_list({sct, sct})));
               s.is_logged = false;
             }),
      issued("accepted_sct_beside_one_of_an_unknown_log", "",
             [](Scene& s) {
               const auto logged = [&s](const MemoryCtLog& log) {
                 return s.ca.log_in(log, s.shape, s.key, s.shape.not_before);
               };
               s.shape.extensions.push_back(sct_list({logged(MemoryCtLog()), logged(s.ct_log)}));
               s.is_logged = false;
             }),
  };
}

}  // namespace

Cases certificate_cases() {
  Cases cases = paths();
  for (const Cases& more : {identities(), scts()}) {
    cases.insert(cases.end(), more.begin(), more.end());
  }
  return cases;
}

}  // namespace chancery::testing
