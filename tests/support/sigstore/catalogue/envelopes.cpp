// DSSE: payload, type, signature, second signature, subject, what is signed.
#include <fmt/format.h>

#include "core/base/encoding.h"
#include "tests/support/sigstore/catalogue/catalogue.h"

namespace chancery::testing {
namespace {

std::function<void(Scene&)> stating(std::string statement) {
  return [statement = std::move(statement)](Scene& scene) {
    scene.statement = statement;
    scene.sign();
  };
}

std::string statement_of(std::string_view subjects) {
  return fmt::format(R"({{"_type":"https://in-toto.io/Statement/v1","subject":{},)"
                     R"("predicateType":"p","predicate":{{}}}})",
                     subjects);
}

std::string hex_of(HashAlgorithm algorithm, std::string_view artefact) {
  return hex_encode(digest(algorithm, as_bytes(artefact)).value);
}

// The artefact's own SHA-256 beside the SHA-512 of another, whose member is spelt like this. Who
// knows the SHA-256 alone cannot tell.
CatalogueCase of_two_artefacts(std::string name, const std::function<Scene()>& good,
                               std::string spelling) {
  CatalogueCase made{
      std::move(name), "SUBJECT_MISMATCH", good, [spelling = std::move(spelling)](Scene& scene) {
        stating(statement_of(fmt::format(R"([{{"digest":{{"sha256":"{}","{}":"{}"}}}}])",
                                         hex_of(HashAlgorithm::sha256, scene.artefact), spelling,
                                         hex_of(HashAlgorithm::sha512, "another artefact\n"))))(
            scene);
      }};
  made.reason_by_digest = "";
  return made;
}

// Subjects that others read otherwise.
Cases subjects() {
  const std::string right = hex_of(HashAlgorithm::sha256, Scene().artefact);
  std::string capitals = right;
  for (char& c : capitals) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  return {
      {"dsse_v2_subject_in_capitals", "SUBJECT_MISMATCH", statement_v2,
       stating(statement_of(fmt::format(R"([{{"digest":{{"sha256":"{}"}}}}])", capitals)))},
      {"accepted_statement_with_extension_fields", "", statement_v2,
       stating(fmt::format(
           R"({{"_type":"https://in-toto.io/Statement/v1","predicateType":"p","predicate":{{}},)"
           R"("more":[1],"subject":[{{"digest":{{"sha256":"{}"}},"more":{{}}}}]}})",
           right))},
      {"dsse_v2_subject_without_digest_beside_the_right_one", "STATEMENT_MALFORMED", statement_v2,
       stating(
           statement_of(fmt::format(R"([{{"name":"a"}},{{"digest":{{"sha256":"{}"}}}}])", right)))},
      {"dsse_v2_another_artefact_by_sha256", "SUBJECT_MISMATCH", statement_v2,
       stating(statement_of(fmt::format(R"([{{"digest":{{"sha256":"{}","sha512":"{}"}}}}])",
                                        hex_of(HashAlgorithm::sha256, "another artefact\n"),
                                        hex_of(HashAlgorithm::sha512, Scene().artefact))))},
  };
}

Cases of(const std::string& name, const std::function<Scene()>& good) {
  return {
      {name + "_payload_altered", "LOG_ENTRY_DIGEST_MISMATCH", good,
       [](Scene& s) { s.envelope().payload += " "; }},
      {name + "_signature_altered", "LOG_ENTRY_SIGNATURE_MISMATCH", good,
       [](Scene& s) { s.envelope().signatures[0].signature.back() ^= 1; }},
      {name + "_second_signature", "BUNDLE_SIGNATURE_COUNT", good,
       [](Scene& s) {
         const bundle::DsseSignature first = s.envelope().signatures[0];
         s.envelope().signatures.push_back(first);
       }},
      {name + "_no_signature", "BUNDLE_SIGNATURE_COUNT", good,
       [](Scene& s) { s.envelope().signatures.clear(); }},
      {name + "_another_artefact", "SUBJECT_MISMATCH", good,
       [](Scene& s) { s.told.artefact = "another artefact\n"; }},
      of_two_artefacts(name + "_another_artefact_by_sha512", good, "sha512"),
      of_two_artefacts(name + "_another_artefact_by_escaped_sha512", good, R"(\u0073ha512)"),
      {name + "_no_subject", "STATEMENT_NO_SUBJECT", good, stating(statement_of("[]"))},
      {name + "_subject_without_digest", "STATEMENT_MALFORMED", good,
       stating(statement_of(R"([{"name":"a"}])"))},
      {name + "_not_a_statement", "JSON_MALFORMED", good, stating("text")},
      {name + "_something_after_a_nul_byte_in_payload", "JSON_MALFORMED", good,
       [](Scene& s) {
         s.statement = s.good_statement() + std::string("\0{}", 3);
         s.sign();
       }},
      {name + "_duplicate_key_in_payload", "JSON_DUPLICATE_KEY", good,
       stating(R"({"_type":"a","_type":"b"})")},
      {name + "_statement_of_an_unknown_type", "STATEMENT_TYPE_UNKNOWN", good,
       stating(R"({"_type":"https://in-toto.io/Statement/v9","subject":[],"predicateType":"p"})")},
      {name + "_payload_type_unknown", "PAYLOAD_TYPE_UNKNOWN", good,
       [](Scene& s) {
         s.payload_type = "text/plain";
         s.sign();
       }},
      {name + "_payload_signed_without_its_type", "SIGNATURE_INVALID", good,
       [](Scene& s) {
         s.envelope().signatures[0].signature = s.key.sign(as_bytes(*s.statement));
         if (!s.bundle.timestamps.empty()) s.stamp();
         s.record();
       }},
  };
}

}  // namespace

Cases envelope_cases() {
  Cases cases = of("dsse_v2", statement_v2);
  const Cases v1 = of("dsse_v1", statement_v1);
  for (const Cases& more : {v1, subjects()}) cases.insert(cases.end(), more.begin(), more.end());
  cases.push_back({"accepted_key_id_beside_a_certificate", "", statement_v2,
                   [](Scene& s) { s.envelope().signatures[0].key_id = "another"; }});
  cases.push_back({"dsse_v2_payload_type_altered", "LOG_ENTRY_DIGEST_MISMATCH", statement_v2,
                   [](Scene& s) { s.envelope().payload_type = "text/plain"; }});
  cases.push_back({"dsse_v2_entry_of_the_first_logs_v2", "LOG_ENTRY_KIND_UNSUPPORTED", statement_v2,
                   [](Scene& s) {
                     s.entry_kind = "dsse";
                     s.sign();
                   }});
  // The log of v1 kept the payload's hash alone: the signature tells.
  cases.push_back({"dsse_v1_payload_type_altered", "SIGNATURE_INVALID", statement_v1,
                   [](Scene& s) { s.envelope().payload_type = "text/plain"; }});
  return cases;
}

}  // namespace chancery::testing
