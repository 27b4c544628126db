#include "core/tlog/entry_v1.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/crypto/pem.h"

namespace chancery::tlog {
namespace {

const Bytes signature = {1, 2, 3};
const Bytes verifier = {4, 5, 6};

std::string base64(std::string_view text) { return base64_encode(as_bytes(text)); }
std::string verifier_text() { return base64(write_pem("PUBLIC KEY", verifier)); }
Json hash_json() { return {{"algorithm", "sha256"}, {"value", hex_encode(sha256(as_bytes("x")))}}; }

// As Rekor v1 answers them; the specification's field names.
Json hashed_rekord() {
  return {
      {"apiVersion", "0.0.1"},
      {"kind", "hashedrekord"},
      {"spec",
       {{"data", {{"hash", hash_json()}}},
        {"signature",
         {{"content", base64_encode(signature)}, {"publicKey", {{"content", verifier_text()}}}}}}}};
}
Json dsse() {
  return {{"apiVersion", "0.0.1"},
          {"kind", "dsse"},
          {"spec",
           {{"envelopeHash", hash_json()},
            {"payloadHash", hash_json()},
            {"signatures", Json::array({{{"signature", base64_encode(signature)},
                                         {"verifier", verifier_text()}}})}}}};
}
Json intoto() {
  return {{"apiVersion", "0.0.2"},
          {"kind", "intoto"},
          {"spec",
           {{"content",
             {{"envelope",
               {{"payloadType", "type"},
                {"signatures", Json::array({{{"sig", base64(base64_encode(signature))},
                                             {"publicKey", verifier_text()}}})}}},
              {"hash", hash_json()},
              {"payloadHash", hash_json()}}}}}};
}

Result<EntryV1> parse(const Json& body) {
  return parse_entry_v1(body.dump(), body["kind"].get<std::string>(),
                        body["apiVersion"].get<std::string>());
}

TEST(EntryV1, EachKindSaysTheSame) {
  for (const Json& body : {hashed_rekord(), dsse(), intoto()}) {
    const Result<EntryV1> entry = parse(body);
    ASSERT_TRUE(entry.ok()) << entry.error().message;
    EXPECT_EQ(entry->signature, signature);
    EXPECT_EQ(entry->verifier, verifier);
    EXPECT_FALSE(entry->is_certificate);
    EXPECT_EQ(entry->digest, digest(HashAlgorithm::sha256, as_bytes("x")));
    EXPECT_EQ(entry->is_envelope, body["kind"] != "hashedrekord");
    EXPECT_EQ(entry->payload_type.has_value(), body["kind"] == "intoto");
  }
}

TEST(EntryV1, OfAChainTheFirstCertificateIsTheVerifier) {
  Json body = hashed_rekord();
  body["spec"]["signature"]["publicKey"]["content"] =
      base64(write_pem("CERTIFICATE", verifier) + write_pem("CERTIFICATE", Bytes{7, 8}));
  const Result<EntryV1> entry = parse(body);
  ASSERT_TRUE(entry.ok()) << entry.error().message;
  EXPECT_TRUE(entry->is_certificate);
  EXPECT_EQ(entry->verifier, verifier);
}

TEST(EntryV1, OnlyTheseVersionsAreRead) {
  EXPECT_TRUE(is_entry_v1("hashedrekord", "0.0.1"));
  EXPECT_FALSE(is_entry_v1("hashedrekord", "0.0.2"));
  EXPECT_FALSE(is_entry_v1("intoto", "0.0.1"));
  EXPECT_FALSE(is_entry_v1("rpm", "0.0.1"));
}

TEST(EntryV1, ABodyOfAnotherKindThanAnnouncedIsRefused) {
  EXPECT_EQ(parse_entry_v1(dsse().dump(), "hashedrekord", "0.0.1").error().reason,
            "ENTRY_KIND_UNSUPPORTED");
}

struct Fault {
  const char* name;
  const char* reason;
  std::function<Json()> good;
  std::function<void(Json& spec)> change;
};

const Fault faults[] = {
    {"verifier_is_no_pem", "ENTRY_MALFORMED", hashed_rekord,
     [](Json& s) { s["signature"]["publicKey"]["content"] = base64("text"); }},
    {"two_verifiers_in_one", "ENTRY_MALFORMED", hashed_rekord,
     [](Json& s) {
       const std::string pem = write_pem("PUBLIC KEY", verifier);
       s["signature"]["publicKey"]["content"] = base64(pem + pem);
     }},
    {"key_behind_a_certificate", "ENTRY_MALFORMED", hashed_rekord,
     [](Json& s) {
       s["signature"]["publicKey"]["content"] =
           base64(write_pem("CERTIFICATE", verifier) + write_pem("PUBLIC KEY", verifier));
     }},
    {"verifier_of_another_label", "ENTRY_MALFORMED", hashed_rekord,
     [](Json& s) {
       s["signature"]["publicKey"]["content"] = base64(write_pem("PRIVATE KEY", verifier));
     }},
    {"digest_in_capitals", "ENTRY_MALFORMED", hashed_rekord,
     [](Json& s) { s["data"]["hash"]["value"] = std::string(64, 'A'); }},
    {"digest_short", "ENTRY_MALFORMED", hashed_rekord,
     [](Json& s) { s["data"]["hash"]["value"] = "00"; }},
    {"digest_unknown", "ENTRY_MALFORMED", dsse,
     [](Json& s) { s["payloadHash"]["algorithm"] = "sha1"; }},
    {"digest_missing", "ENTRY_MALFORMED", dsse, [](Json& s) { s.erase("payloadHash"); }},
    {"signature_empty", "ENTRY_MALFORMED", hashed_rekord,
     [](Json& s) { s["signature"]["content"] = ""; }},
    {"signature_missing", "ENTRY_MALFORMED", dsse,
     [](Json& s) { s["signatures"][0].erase("signature"); }},
    {"no_signatures", "ENTRY_SIGNATURE_COUNT", dsse,
     [](Json& s) { s["signatures"] = Json::array(); }},
    {"two_signatures", "ENTRY_SIGNATURE_COUNT", dsse,
     [](Json& s) { s["signatures"].push_back(s["signatures"][0]); }},
    {"signatures_not_a_list", "ENTRY_MALFORMED", dsse, [](Json& s) { s["signatures"] = 1; }},
    {"intoto_signature_encoded_once", "ENTRY_MALFORMED", intoto,
     [](Json& s) { s["content"]["envelope"]["signatures"][0]["sig"] = base64_encode(signature); }},
    {"intoto_without_payload_type", "ENTRY_MALFORMED", intoto,
     [](Json& s) { s["content"]["envelope"].erase("payloadType"); }},
};

class EntryV1Fault : public ::testing::TestWithParam<Fault> {};

TEST_P(EntryV1Fault, IsRefusedForItsOwnReason) {
  Json body = GetParam().good();
  GetParam().change(body["spec"]);
  const Result<EntryV1> entry = parse(body);
  ASSERT_FALSE(entry.ok());
  EXPECT_EQ(entry.error().reason, GetParam().reason) << entry.error().message;
}

INSTANTIATE_TEST_SUITE_P(Each, EntryV1Fault, ::testing::ValuesIn(faults),
                         [](const ::testing::TestParamInfo<Fault>& fault) {
                           return fault.param.name;
                         });

}  // namespace
}  // namespace chancery::tlog
