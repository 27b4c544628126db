#include "core/crypto/x509/sct.h"

#include <gtest/gtest.h>

#include "core/base/rfc3339.h"
#include "tests/support/sigstore/memory_ca.h"

namespace chancery {
namespace {

using testing::CertificateShape;
using testing::MemoryCa;
using testing::MemoryCtLog;
using testing::sct_list;
using testing::SigningKey;

class SctTest : public ::testing::Test {
 protected:
  const MemoryCa ca_;
  const MemoryCtLog log_;
  const SigningKey key_ = SigningKey::make(Algorithm::ecdsa_p256_sha256);
  const WallTime time_ = *parse_rfc3339("2026-03-01T12:00:00Z");
  CertificateShape shape_ = ca_.leaf_shape(time_);

  Sct logged(Bytes extensions = {}) const {
    return ca_.log_in(log_, shape_, key_, time_, std::move(extensions));
  }
  std::string reason(const Sct& sct) const {
    CertificateShape shape = shape_;
    shape.extensions.push_back(sct_list({sct}));
    return verified(ca_.issue(shape, key_), ca_.intermediate());
  }
  std::string verified(const Certificate& leaf, const Certificate& issuer) const {
    const auto scts = embedded_scts(leaf);
    if (!scts.ok()) return scts.error().reason;
    if (!scts->front().ok()) return scts->front().error().reason;
    const auto result = verify_sct(*scts->front(), leaf, issuer, log_.trusted({}).key);
    return result.ok() ? "" : result.error().reason;
  }
};

TEST_F(SctTest, AnEmbeddedOneVerifies) { EXPECT_EQ(reason(logged()), ""); }

TEST_F(SctTest, ItsExtensionsAreSigned) {
  Sct sct = logged({0, 0, 5, 1, 2, 3, 4, 5});
  EXPECT_EQ(reason(sct), "");
  sct.extensions.back() ^= 1;
  EXPECT_EQ(reason(sct), "SCT_INVALID");
  sct.extensions.clear();
  EXPECT_EQ(reason(sct), "SCT_INVALID");
}

TEST_F(SctTest, ItsTimeAndTheCertificateAreSigned) {
  Sct sct = logged();
  sct.timestamp_ms += 1;
  EXPECT_EQ(reason(sct), "SCT_INVALID");
  const Sct good = logged();
  shape_.subject_names = "critical,email:other@example.test";
  EXPECT_EQ(reason(good), "SCT_INVALID");
}

TEST_F(SctTest, TheIssuerIsSigned) {
  CertificateShape shape = shape_;
  shape.extensions.push_back(sct_list({logged()}));
  EXPECT_EQ(verified(ca_.issue(shape, key_), ca_.root()), "SCT_INVALID");
}

TEST_F(SctTest, AnRsaLogVerifiesOnlyAsRsa) {
  const MemoryCtLog rsa(Algorithm::rsa_pkcs1v15_2048_sha256);
  const Sct sct = ca_.log_in(rsa, shape_, key_, time_);
  CertificateShape shape = shape_;
  shape.extensions.push_back(sct_list({sct}));
  const Certificate leaf = ca_.issue(shape, key_);
  EXPECT_TRUE(verify_sct(sct, leaf, ca_.intermediate(), rsa.trusted({}).key).ok());
  EXPECT_EQ(verify_sct(sct, leaf, ca_.intermediate(), log_.trusted({}).key).error().reason,
            "SCT_INVALID");
}

TEST_F(SctTest, ACertificateWithoutOneIsNamedSo) {
  EXPECT_EQ(embedded_scts(ca_.issue(shape_, key_)).error().reason, "SCT_MISSING");
}

TEST_F(SctTest, APrecertificateIsNoCertificate) {
  shape_.extensions.push_back(sct_list({logged()}));
  shape_.extensions.push_back({"1.3.6.1.4.1.11129.2.4.3", {5, 0}, true});
  EXPECT_EQ(embedded_scts(ca_.issue(shape_, key_)).error().reason, "SCT_MALFORMED");
}

TEST_F(SctTest, SeveralAreReadInOrder) {
  const Bytes list = sct_list({logged(), logged({1}), logged({2, 3})}).content;
  const auto scts = *parse_sct_list(list);
  ASSERT_EQ(scts.size(), 3U);
  EXPECT_EQ(scts[2]->extensions, (Bytes{2, 3}));
  EXPECT_EQ(scts[0]->log_id, log_.id());
}

TEST_F(SctTest, EveryTruncationAndProlongationOfAListIsRefused) {
  Bytes list = sct_list({logged(), logged()}).content;
  for (std::size_t length = 0; length < list.size(); ++length) {
    ASSERT_EQ(parse_sct_list(ByteView(list).first(length)).error().reason, "SCT_MALFORMED");
  }
  list.push_back(0);
  EXPECT_EQ(parse_sct_list(list).error().reason, "SCT_MALFORMED");
}

TEST_F(SctTest, ALengthInMoreBytesThanItNeedsIsRefused) {
  Bytes list = sct_list({logged()}).content;
  ASSERT_LT(list[1], 0x80);
  list.insert(list.begin() + 1, 0x81);
  EXPECT_EQ(parse_sct_list(list).error().reason, "SCT_MALFORMED");
}

TEST_F(SctTest, EmptyListsAndItemsAreRefused) {
  for (const Bytes& list : {Bytes{4, 2, 0, 0}, Bytes{4, 4, 0, 2, 0, 0}, Bytes{4, 0}, Bytes{}}) {
    EXPECT_EQ(parse_sct_list(list).error().reason, "SCT_MALFORMED");
  }
}

TEST_F(SctTest, AnotherVersionOrSignatureSchemeIsNotReadAndHidesNoOther) {
  const Bytes good = sct_list({logged(), logged()}).content;
  const auto altered = [&good](std::size_t place) {
    Bytes list = good;
    list[place] ^= 2;
    return list;
  };
  // OCTET STRING and its length, list length, item length; then the SCT of RFC 6962 3.2.
  ASSERT_EQ(good[1], 0x81);
  constexpr std::size_t version_place = 3 + 2 + 2;
  constexpr std::size_t hash_place = version_place + 1 + 32 + 8 + 2;
  ASSERT_EQ(good[hash_place], 4);
  for (const std::size_t place : {version_place, hash_place, hash_place + 1}) {
    const SctList list = *parse_sct_list(altered(place));
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[1]->log_id, log_.id());
    // ECDSA (3) becomes RSA (1), which is read, but is not how this log signs.
    if (place == hash_place + 1) {
      EXPECT_TRUE(list[0]->is_rsa);
    } else {
      EXPECT_EQ(list[0].error().reason, "SCT_MALFORMED");
    }
  }
}

}  // namespace
}  // namespace chancery
