#include "core/crypto/x509/certificate_request.h"

#include <gtest/gtest.h>

#include "core/base/limits/administration.h"
#include "tests/support/private_key.h"

namespace chancery {
namespace {

using testing::PrivateKey;

std::string subject_of(std::string_view text) {
  const auto parsed = parse_subject(text);
  if (!parsed.ok()) return parsed.error().reason;
  std::string out;
  for (const auto& [type, value] : *parsed) out += type + "<" + value + ">";
  return out;
}

TEST(Subject, IsReadAttributeByAttribute) {
  EXPECT_EQ(subject_of("CN=a"), "CN<a>");
  EXPECT_EQ(subject_of("C=DE, O=Example\\, Inc.,CN=x=y"), "C<DE>O<Example, Inc.>CN<x=y>");
  EXPECT_EQ(subject_of("CN=back\\\\slash"), "CN<back\\slash>");
}

TEST(Subject, ThatNobodyCouldMeanIsRefused) {
  for (const std::string text : {"", "a", "CN=", "CN=a,", ",CN=a", "cn=a", "CN=a\\", "X=a"}) {
    EXPECT_EQ(subject_of(text), "SUBJECT_MALFORMED") << text;
  }
  EXPECT_EQ(subject_of("CN=" + std::string(limits::subject_bytes_max, 'a')), "SUBJECT_MALFORMED");
  std::string many = "OU=a";
  for (std::size_t i = 0; i < limits::subject_attributes_max; ++i) many += ",OU=a";
  EXPECT_EQ(subject_of(many), "SUBJECT_MALFORMED");
}

Result<CertificateRequest> build(const PrivateKey& key, const CertificateWish& wish) {
  return CertificateRequest::build(wish, PublicKey::from_spki(key.spki()).value(), key.algorithm());
}

TEST(CertificateRequests, AreCompleteOnlyWithTheKeysOwnSignature) {
  const CertificateWish wish{{{"CN", "release"}}, {"*.example.com"}, {"a@example.com"}};
  for (const Algorithm algorithm : {Algorithm::ecdsa_p256_sha256, Algorithm::ecdsa_p384_sha384,
                                    Algorithm::rsa_pkcs1v15_2048_sha256, Algorithm::ed25519}) {
    const PrivateKey key = PrivateKey::make(algorithm);
    const auto request = build(key, wish);
    ASSERT_TRUE(request.ok()) << request.error().message;
    EXPECT_TRUE(request->complete(key.sign_message(request->info())).ok()) << name_of(algorithm);
    const auto wrong = request->complete(key.sign_message(Bytes(9, 1)));
    ASSERT_FALSE(wrong.ok());
    EXPECT_EQ(wrong.error().reason, "WRONG_SIGNATURE");
  }
}

TEST(CertificateRequests, RefuseWhatNoCertificateCanHave) {
  const PrivateKey key = PrivateKey::make(Algorithm::ecdsa_p256_sha256);
  EXPECT_EQ(build(key, {{{"C", "Germany"}}, {}, {}}).error().reason, "SUBJECT_MALFORMED");
  for (const char* name : {"", ".", "a..b", "a b", "a\n"}) {
    EXPECT_EQ(build(key, {{{"CN", "a"}}, {name}, {}}).error().reason, "ALTERNATIVE_NAME_INVALID");
  }
  for (const char* address : {"", "a", "@b", "a@", "a b@c", "a@b@c"}) {
    EXPECT_EQ(build(key, {{{"CN", "a"}}, {}, {address}}).error().reason, "ALTERNATIVE_NAME_INVALID")
        << address;
  }
  const auto pss =
      CertificateRequest::build({{{"CN", "a"}}, {}, {}}, PublicKey::from_spki(key.spki()).value(),
                                Algorithm::rsa_pss_3072_sha256);
  EXPECT_EQ(pss.error().reason, "ALGORITHM_UNSUPPORTED");
}

}  // namespace
}  // namespace chancery
