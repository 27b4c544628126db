#include "core/tlog/entry.h"

#include <gtest/gtest.h>

#include "core/base/json.h"
#include "core/base/limits/bundles.h"

namespace chancery::tlog {
namespace {

HashedRekord example() {
  HashedRekord entry;
  entry.digest = digest(HashAlgorithm::sha256, as_bytes("artefact"));
  entry.signature = Bytes(70, 0x5a);
  entry.algorithm = Algorithm::ecdsa_p256_sha256;
  entry.verifier = Bytes(91, 0x30);
  return entry;
}

std::string reason(std::string_view body) {
  const Result<HashedRekord> entry = parse_hashed_rekord(body);
  return entry.ok() ? "" : entry.error().reason;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(HashedRekord, TheBodyIsThatOfRekorV2) {
  HashedRekord entry = example();
  entry.signature = {1, 2, 3};
  entry.verifier = {4, 5, 6};
  EXPECT_EQ(*canonical_body(entry),
            R"({"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":)"
            R"({"algorithm":"SHA2_256","digest":"Tt+9KNBIPnAvJL1SR+1kb35XUq7J1rFGHYN8yrbSf3s="},)"
            R"("signature":{"content":"AQID","verifier":{"keyDetails":"PKIX_ECDSA_P256_SHA_256",)"
            R"("publicKey":{"rawBytes":"BAUG"}}}}}})");
}

TEST(HashedRekord, KeysAreSortedAsRfc8785Wants) {
  // The JSON library keeps members sorted by name, so writing its DOM again gives the canonical
  // form.
  for (const bool is_certificate : {false, true}) {
    HashedRekord entry = example();
    entry.is_certificate = is_certificate;
    const std::string body = *canonical_body(entry);
    EXPECT_EQ(parse_json(body, "test")->dump(), body);
  }
}

TEST(HashedRekord, ReadsWhatItWrites) {
  for (const Algorithm algorithm : {Algorithm::ecdsa_p256_sha256, Algorithm::ecdsa_p384_sha384,
                                    Algorithm::rsa_pkcs1v15_4096_sha256, Algorithm::ed25519_ph}) {
    for (const bool is_certificate : {false, true}) {
      HashedRekord entry = example();
      entry.algorithm = algorithm;
      entry.digest = digest(hash_of(algorithm), as_bytes("artefact"));
      entry.is_certificate = is_certificate;
      const std::string body = *canonical_body(entry);
      const HashedRekord read = *parse_hashed_rekord(body);
      EXPECT_EQ(read.digest, entry.digest);
      EXPECT_EQ(read.signature, entry.signature);
      EXPECT_EQ(read.algorithm, entry.algorithm);
      EXPECT_EQ(read.verifier, entry.verifier);
      EXPECT_EQ(read.is_certificate, is_certificate);
      EXPECT_EQ(*canonical_body(read), body);
    }
  }
}

TEST(HashedRekord, AnEntryThatNoBundleCanHoldIsRefused) {
  HashedRekord entry = example();
  entry.verifier = Bytes(limits::entry_bytes_max);
  EXPECT_EQ(canonical_body(entry).error().reason, "ENTRY_TOO_LARGE");
}

TEST(HashedRekord, OtherKindsAndVersionsAreUnsupported) {
  const std::string body = *canonical_body(example());
  EXPECT_EQ(reason(replaced(body, "0.0.2", "0.0.1")), "ENTRY_KIND_UNSUPPORTED");
  EXPECT_EQ(reason(replaced(body, "hashedrekord", "dsse")), "ENTRY_KIND_UNSUPPORTED");
}

TEST(HashedRekord, WhatIsNotTheCanonicalFormIsMalformed) {
  const std::string body = *canonical_body(example());
  ASSERT_EQ(reason(body), "");
  EXPECT_EQ(reason(replaced(body, ",\"kind\"", ", \"kind\"")), "ENTRY_MALFORMED");
  EXPECT_EQ(reason(body + " "), "ENTRY_MALFORMED");
  EXPECT_EQ(reason(replaced(body, "{\"apiVersion\"", "{\"a\":1,\"apiVersion\"")),
            "ENTRY_MALFORMED");
  EXPECT_EQ(reason(replaced(body, "SHA2_256", "sha256")), "ENTRY_MALFORMED");
  EXPECT_EQ(reason(replaced(body, "SHA2_256", "SHA2_512")), "ENTRY_MALFORMED");
  EXPECT_EQ(reason(replaced(body, "PKIX_ECDSA_P256_SHA_256", "PKIX_ROT13")), "ENTRY_MALFORMED");
  EXPECT_EQ(reason(replaced(body, "publicKey", "publickey")), "ENTRY_MALFORMED");
  EXPECT_EQ(reason(replaced(body, "WlpaWlpa", "WlpaWlp*")), "ENTRY_MALFORMED");
  EXPECT_EQ(reason(replaced(body, "hashedRekordV002", "dsseV002")), "ENTRY_MALFORMED");
  for (const char* text : {"{}", "[]", "null", "\"x\"", R"({"kind":1,"apiVersion":[]})",
                           R"({"apiVersion":"0.0.2","kind":"hashedrekord"})",
                           R"({"apiVersion":"0.0.2","kind":"hashedrekord","spec":[]})",
                           R"({"apiVersion":"0.0.2","kind":"hashedrekord","spec":)"
                           R"({"hashedRekordV002":7}})"}) {
    EXPECT_EQ(reason(text), "ENTRY_MALFORMED") << text;
  }
  EXPECT_EQ(reason("{"), "JSON_MALFORMED");
}

}  // namespace
}  // namespace chancery::tlog
