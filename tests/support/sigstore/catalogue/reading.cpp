// Reading: unknown versions, truncated, bad base64, duplicate keys, negative and huge numbers,
// caps.
#include "core/base/json.h"
#include "core/base/limits/bundles.h"
#include "tests/support/sigstore/catalogue/catalogue.h"

namespace chancery::testing {
namespace {

using Edit = std::function<void(Json&)>;

CatalogueCase edited(std::string name, std::string reason, const Edit& edit,
                     std::function<Scene()> good = blob_v2) {
  return {std::move(name), std::move(reason), std::move(good), [](Scene&) {},
          [edit](Material& material) {
            Json json = Json::parse(material.bundle);
            edit(json);
            material.bundle = json.dump();
          }};
}

void replace(std::string& text, std::string_view from, std::string_view to) {
  text.replace(text.find(from), from.size(), to);
}

CatalogueCase replaced(std::string name, std::string reason, std::string from, std::string to) {
  return {std::move(name), std::move(reason), blob_v2, [](Scene&) {},
          [from, to](Material& material) { replace(material.bundle, from, to); }};
}

Json& entry_of(Json& json) { return json["verificationMaterial"]["tlogEntries"][0]; }

Cases texts() {
  return {
      {"reading_truncated", "JSON_MALFORMED", blob_v2, [](Scene&) {},
       [](Material& m) { m.bundle.resize(m.bundle.size() / 2); }},
      {"reading_empty", "JSON_MALFORMED", blob_v2, [](Scene&) {},
       [](Material& m) { m.bundle.clear(); }},
      {"reading_something_after_it", "JSON_MALFORMED", blob_v2, [](Scene&) {},
       [](Material& m) { m.bundle += "{}"; }},
      {"reading_something_after_a_nul_byte", "JSON_MALFORMED", blob_v2, [](Scene&) {},
       [](Material& m) { m.bundle += std::string("\0{}", 3); }},
      {"reading_a_list", "BUNDLE_FIELD_MALFORMED", blob_v2, [](Scene&) {},
       [](Material& m) { m.bundle = "[" + m.bundle + "]"; }},
      replaced("reading_duplicate_key", "JSON_DUPLICATE_KEY", R"("tlogEntries":)",
               R"("tlogEntries":[],"tlogEntries":)"),
      replaced("reading_both_spellings", "BUNDLE_FIELD_DUPLICATE", R"("tlogEntries":)",
               R"("tlog_entries":[],"tlogEntries":)"),
      replaced("reading_unknown_field", "BUNDLE_FIELD_UNKNOWN", R"("tlogEntries":)",
               R"("more":1,"tlogEntries":)"),
      replaced("reading_too_deep", "JSON_TOO_DEEP", R"("tlogEntries":)",
               R"("more":)" + std::string(100, '[') + std::string(100, ']') + R"(,"tlogEntries":)"),
  };
}

Cases values() {
  return {
      edited("reading_version_99", "BUNDLE_VERSION_UNSUPPORTED",
             [](Json& j) {
               j["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=99.9";
             }),
      edited("reading_version_04", "BUNDLE_VERSION_UNSUPPORTED",
             [](Json& j) { j["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.4+json"; }),
      edited("reading_no_version", "BUNDLE_VERSION_UNSUPPORTED",
             [](Json& j) { j.erase("mediaType"); }),
      edited("reading_version_01_in_the_form_of_03", "BUNDLE_VERSION_UNSUPPORTED",
             [](Json& j) { j["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.1+json"; }),
      edited("reading_version_02_in_the_form_of_03", "BUNDLE_VERSION_UNSUPPORTED",
             [](Json& j) { j["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.2+json"; }),
      edited("reading_bad_base64", "BUNDLE_BASE64_INVALID",
             [](Json& j) { j["messageSignature"]["signature"] = "****"; }),
      edited("reading_base64_without_padding", "BUNDLE_BASE64_INVALID",
             [](Json& j) { j["messageSignature"]["signature"] = "AAA"; }),
      edited("reading_base64_with_a_blank", "BUNDLE_BASE64_INVALID",
             [](Json& j) { j["messageSignature"]["signature"] = "AA AA"; }),
      edited("reading_negative_index", "BUNDLE_NUMBER_INVALID",
             [](Json& j) { entry_of(j)["logIndex"] = "-1"; }),
      edited("reading_huge_index", "BUNDLE_NUMBER_INVALID",
             [](Json& j) { entry_of(j)["logIndex"] = "9223372036854775808"; }),
      edited("reading_index_with_a_leading_zero", "BUNDLE_NUMBER_INVALID",
             [](Json& j) { entry_of(j)["logIndex"] = "03"; }),
      edited("reading_index_with_a_fraction", "BUNDLE_NUMBER_INVALID",
             [](Json& j) { entry_of(j)["logIndex"] = 3.5; }),
      edited("reading_time_beyond_all_calendars", "BUNDLE_LOG_ENTRY_TIME_INVALID",
             [](Json& j) { entry_of(j)["integratedTime"] = "9223372036854775807"; }),
      edited("reading_hash_of_31_bytes", "BUNDLE_HASH_LENGTH_WRONG",
             [](Json& j) { entry_of(j)["inclusionProof"]["hashes"][0] = "AAAA"; }),
      edited("reading_proof_without_index", "PROOF_INDEX_MISMATCH",
             [](Json& j) { entry_of(j)["inclusionProof"].erase("logIndex"); }),
      edited("reading_proof_without_root", "CHECKPOINT_MISMATCH",
             [](Json& j) { entry_of(j)["inclusionProof"].erase("rootHash"); }),
      edited("reading_proof_without_tree_size", "CHECKPOINT_MISMATCH",
             [](Json& j) { entry_of(j)["inclusionProof"].erase("treeSize"); }),
      edited("reading_no_material", "BUNDLE_MATERIAL_COUNT",
             [](Json& j) { j["verificationMaterial"].erase("certificate"); }),
      edited("reading_two_materials", "BUNDLE_MATERIAL_COUNT",
             [](Json& j) {
               j["verificationMaterial"]["publicKey"] = {{"hint", "x"}};
             }),
      edited("reading_no_content", "BUNDLE_CONTENT_COUNT",
             [](Json& j) { j.erase("messageSignature"); }),
      edited("reading_two_contents", "BUNDLE_CONTENT_COUNT",
             [](Json& j) { j["dsseEnvelope"] = Json::object(); }),
      edited("reading_no_verification_material", "BUNDLE_FIELD_MISSING",
             [](Json& j) { j.erase("verificationMaterial"); }),
      edited("reading_entry_without_log", "BUNDLE_FIELD_MISSING",
             [](Json& j) { entry_of(j).erase("logId"); }),
      edited("reading_entry_without_body", "BUNDLE_LOG_ENTRY_INCOMPLETE",
             [](Json& j) { entry_of(j).erase("canonicalizedBody"); }),
  };
}

Cases caps() {
  return {
      {"reading_33_timestamps", "BUNDLE_TOO_MANY_TIMESTAMPS", blob_v2,
       [](Scene& s) {
         const Bytes stamp = s.bundle.timestamps[0];
         s.bundle.timestamps.assign(limits::bundle_timestamps_max + 1, stamp);
       }},
      {"reading_33_entries", "BUNDLE_TOO_MANY_LOG_ENTRIES", blob_v2,
       [](Scene& s) {
         const bundle::LogEntry entry = s.entry();
         s.bundle.log_entries.assign(limits::bundle_log_entries_max + 1, entry);
       }},
      {"reading_the_same_entry_twice", "BUNDLE_LOG_ENTRY_DUPLICATE", blob_v2,
       [](Scene& s) {
         const bundle::LogEntry entry = s.entry();
         s.bundle.log_entries.push_back(entry);
       }},
      {"reading_proof_deeper_than_any_tree", "BUNDLE_PROOF_TOO_LONG", blob_v2,
       [](Scene& s) { s.proof().hashes.resize(limits::proof_hashes_max + 1); }},
      {"reading_no_signature", "BUNDLE_SIGNATURE_EMPTY", blob_v2,
       [](Scene& s) { s.message().signature.clear(); }},
  };
}

Cases still_read() {
  return {
      edited("accepted_numbers_bare", "", [](Json& j) { entry_of(j)["logIndex"] = 3; }),
      edited("accepted_hash_by_number", "",
             [](Json& j) { j["messageSignature"]["messageDigest"]["algorithm"] = 1; }),
      edited("accepted_null_for_absent", "",
             [](Json& j) { entry_of(j)["inclusionPromise"] = nullptr; }),
      edited("accepted_time_without_promise_is_ignored", "",
             [](Json& j) { entry_of(j)["integratedTime"] = "1"; }),
      edited("accepted_snake_case", "",
             [](Json& j) {
               entry_of(j)["log_index"] = entry_of(j)["logIndex"];
               entry_of(j).erase("logIndex");
             }),
  };
}

}  // namespace

Cases reading_cases() {
  Cases cases = texts();
  for (const Cases& more : {values(), caps(), still_read()}) {
    cases.insert(cases.end(), more.begin(), more.end());
  }
  return cases;
}

}  // namespace chancery::testing
