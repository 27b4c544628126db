#include <gtest/gtest.h>

#include <functional>

#include "core/base/limits/key_hosts.h"
#include "core/base/rfc3339.h"
#include "core/crypto/tpm/structures.h"
#include "core/crypto/tpm/verify_certify.h"
#include "tests/support/sigstore/memory_ca.h"

namespace chancery {
namespace {

using testing::CertificateShape;
using testing::MemoryCa;
using testing::SigningKey;
namespace attribute = tpm2::attribute;

constexpr std::uint32_t born_here =
    attribute::fixed_tpm | attribute::fixed_parent | attribute::sensitive_data_origin;
constexpr std::uint32_t attests = born_here | attribute::restricted | attribute::sign;

class Writer {
 public:
  Writer& number(std::uint64_t value, unsigned bytes) {
    for (unsigned i = bytes; i > 0; --i)
      out.push_back(static_cast<std::uint8_t>(value >> 8 * (i - 1)));
    return *this;
  }
  Writer& sized(ByteView bytes) {
    number(bytes.size(), 2);
    out.insert(out.end(), bytes.begin(), bytes.end());
    return *this;
  }
  Bytes out;
};

// TPMT_PUBLIC of a P-256 key, whose point ends its SubjectPublicKeyInfo.
Bytes public_area(const SigningKey& key, std::uint32_t attributes) {
  const Bytes spki = key.public_key().spki();
  const ByteView point = ByteView(spki).last(64);
  return Writer()
      .number(0x0023, 2)
      .number(0x000b, 2)
      .number(attributes, 4)
      .sized({})
      .number(0x0010, 2)
      .number(0x0018, 2)
      .number(0x000b, 2)
      .number(0x0003, 2)
      .number(0x0010, 2)
      .sized(point.first(32))
      .sized(point.last(32))
      .out;
}

Bytes name_of(ByteView area) {
  Bytes name = {0x00, 0x0b};
  const Sha256 hash = sha256(area);
  name.insert(name.end(), hash.begin(), hash.end());
  return name;
}

// Everything that a TPM would say, before it is said: a test changes one thing.
struct Said {
  std::uint32_t magic = 0xff544347;
  std::uint16_t type = 0x8017;
  Bytes challenge = Bytes(limits::challenge_bytes, 7);
  std::uint32_t key_attributes = born_here | attribute::sign;
  std::uint32_t signer_attributes = attests;
  Bytes certified_name = {};  // empty: the key's
  Bytes after_statement = {};
  std::vector<Bytes> certificates = {};
};

class TpmCertify : public ::testing::Test {
 protected:
  KeyAttestation say(const Said& said) const {
    const Bytes area = public_area(key_, said.key_attributes);
    const Bytes name = said.certified_name.empty() ? name_of(area) : said.certified_name;
    Bytes statement = Writer()
                          .number(said.magic, 4)
                          .number(said.type, 2)
                          .sized(Bytes(34, 9))
                          .sized(said.challenge)
                          .number(1234, 8)
                          .number(5, 4)
                          .number(6, 4)
                          .number(1, 1)
                          .number(0x20191023, 8)
                          .sized(name)
                          .sized(Bytes(34, 8))
                          .out;
    statement.insert(statement.end(), said.after_statement.begin(), said.after_statement.end());
    return {"tpm2-certify",
            {{"statement", statement},
             {"signature", sign(signer_, statement)},
             {"key", area},
             {"attestation-key", public_area(signer_, said.signer_attributes)}},
            said.certificates};
  }
  // TPMT_SIGNATURE from the DER of two numbers of up to 33 bytes.
  static Bytes sign(const SigningKey& key, ByteView message) {
    const Bytes der = key.sign(message);
    const std::size_t r_size = der.at(3);
    const ByteView r = ByteView(der).subspan(4, r_size);
    const ByteView s = ByteView(der).subspan(6 + r_size);
    return Writer().number(0x0018, 2).number(0x000b, 2).sized(r).sized(s).out;
  }
  tpm2::Expectation expected() const {
    return {Bytes(limits::challenge_bytes, 7),
            key_.public_key().spki(),
            name_of(public_area(signer_, attests)),
            {}};
  }
  static std::string judge(const KeyAttestation& attestation, const tpm2::Expectation& expected) {
    const auto verdict = tpm2::verify_certify(attestation, expected);
    return verdict.ok() ? "" : verdict.error().reason;
  }
  std::string judge(const Said& said) const { return judge(say(said), expected()); }
  // With one part changed after all was signed.
  std::string judge_altered(std::string_view part, const std::function<void(Bytes&)>& alter) const {
    KeyAttestation attestation = say({});
    for (auto& [name, content] : attestation.parts) {
      if (name == part) alter(content);
    }
    return judge(attestation, expected());
  }
  Bytes endorsement(const std::string& usage) const {
    CertificateShape shape = ca_.leaf_shape(*parse_rfc3339("2020-03-01T12:00:00Z"));
    shape.extended_usage = usage;
    return ca_.issue(shape, signer_).der();
  }

  const SigningKey key_ = SigningKey::make(Algorithm::ecdsa_p256_sha256);
  const SigningKey signer_ = SigningKey::make(Algorithm::ecdsa_p256_sha256);
  const MemoryCa ca_;
};

TEST_F(TpmCertify, AKeyThatWasBornThereIsAccepted) {
  const auto verdict = tpm2::verify_certify(say({}), expected());
  ASSERT_TRUE(verdict.ok()) << verdict.error().message;
  EXPECT_EQ(verdict->attestation_key_name, expected().attestation_key_name);
  EXPECT_EQ(verdict->firmware_version, 0x20191023U);
  EXPECT_FALSE(verdict->endorsement.has_value());
}

TEST_F(TpmCertify, WhatNoTpmSaysByItselfIsRefused) {
  EXPECT_EQ(judge(Said{.magic = 0xff544346}), "ATTESTATION_NOT_BY_TPM");
}

TEST_F(TpmCertify, AQuoteIsNoCertificateOfAKey) {
  EXPECT_EQ(judge(Said{.type = 0x8018}), "ATTESTATION_OF_ANOTHER_KIND");
}

TEST_F(TpmCertify, AnAnswerToAnotherChallengeIsRefused) {
  EXPECT_EQ(judge(Said{.challenge = Bytes(32, 8)}), "ATTESTATION_CHALLENGE_MISMATCH");
  EXPECT_EQ(judge(Said{.challenge = Bytes(31, 7)}), "ATTESTATION_CHALLENGE_MISMATCH");
}

TEST_F(TpmCertify, AStatementAboutAnotherKeyIsRefused) {
  EXPECT_EQ(judge(Said{.certified_name = Bytes(34, 1)}), "ATTESTATION_NAME_MISMATCH");
}

TEST_F(TpmCertify, AnotherKeyThanTheExpectedIsRefused) {
  tpm2::Expectation wanted = expected();
  wanted.spki = signer_.public_key().spki();
  EXPECT_EQ(judge(say({}), wanted), "ATTESTATION_KEY_MISMATCH");
}

TEST_F(TpmCertify, AKeyThatCouldHaveComeFromOutsideOrLeaveIsRefused) {
  for (const std::uint32_t missing :
       {attribute::fixed_tpm, attribute::fixed_parent, attribute::sensitive_data_origin}) {
    EXPECT_EQ(judge(Said{.key_attributes = (born_here | attribute::sign) & ~missing}),
              "KEY_NOT_BORN_IN_TPM");
  }
}

TEST_F(TpmCertify, AnAttestationKeyThatSignsAnythingOrCameFromOutsideIsRefused) {
  tpm2::Expectation wanted = expected();
  wanted.attestation_key_name.clear();
  for (const std::uint32_t missing :
       {attribute::fixed_tpm, attribute::fixed_parent, attribute::sensitive_data_origin,
        attribute::restricted, attribute::sign}) {
    EXPECT_EQ(judge(say({.signer_attributes = attests & ~missing}), wanted),
              "ATTESTATION_SIGNER_UNFIT");
  }
  EXPECT_EQ(judge(say({.signer_attributes = attests | attribute::decrypt}), wanted),
            "ATTESTATION_SIGNER_UNFIT");
}

TEST_F(TpmCertify, AnAttestationKeyThatNobodyKnowsIsRefused) {
  tpm2::Expectation wanted = expected();
  wanted.attestation_key_name.back() ^= 1;
  EXPECT_EQ(judge(say({}), wanted), "ATTESTATION_SIGNER_UNKNOWN");
}

TEST_F(TpmCertify, AnotherKeysSignatureIsRefused) {
  const Bytes statement = *say({}).find("statement");
  EXPECT_EQ(judge_altered("signature", [&](Bytes& part) { part = sign(key_, statement); }),
            "ATTESTATION_SIGNATURE_INVALID");
}

TEST_F(TpmCertify, MissingShortAndLongPartsAreRefused) {
  for (const std::string_view part : {"statement", "signature", "key", "attestation-key"}) {
    EXPECT_EQ(judge_altered(part, [](Bytes& content) { content.pop_back(); }),
              "ATTESTATION_MALFORMED")
        << part;
    EXPECT_EQ(judge_altered(part, [](Bytes& content) { content.push_back(0); }),
              "ATTESTATION_MALFORMED")
        << part;
    KeyAttestation without = say({});
    std::erase_if(without.parts, [&](const auto& each) { return each.name == part; });
    EXPECT_EQ(judge(without, expected()), "ATTESTATION_MALFORMED") << part;
  }
  EXPECT_EQ(judge(Said{.after_statement = {0}}), "ATTESTATION_MALFORMED");
}

TEST_F(TpmCertify, AnotherFormatIsRefused) {
  KeyAttestation other = say({});
  other.format = "tpm1-certify";
  EXPECT_EQ(judge(other, expected()), "ATTESTATION_FORMAT_UNKNOWN");
}

TEST_F(TpmCertify, EveryFlippedByteIsRefused) {
  const KeyAttestation good = say({});
  for (std::size_t part = 0; part < good.parts.size(); ++part) {
    for (std::size_t i = 0; i < good.parts[part].content.size(); ++i) {
      KeyAttestation altered = good;
      altered.parts[part].content[i] ^= 1;
      EXPECT_NE(judge(altered, expected()), "") << good.parts[part].name << " " << i;
    }
  }
}

TEST_F(TpmCertify, AnEndorsementCertificateLeadsToAnAnchorThroughItsIssuers) {
  tpm2::Expectation wanted = expected();
  wanted.anchors = {ca_.root()};
  const Bytes leaf = endorsement("2.23.133.8.1");
  const auto verdict =
      tpm2::verify_certify(say({.certificates = {leaf, ca_.intermediate().der()}}), wanted);
  ASSERT_TRUE(verdict.ok()) << verdict.error().message;
  EXPECT_EQ(verdict->endorsement->der(), leaf);
  EXPECT_EQ(judge(say({.certificates = {leaf}}), wanted), "CERTIFICATE_AUTHORITY_UNKNOWN");
}

TEST_F(TpmCertify, WithAnchorsAnEndorsementCertificateIsNeeded) {
  tpm2::Expectation wanted = expected();
  wanted.anchors = {ca_.root()};
  EXPECT_EQ(judge(say({}), wanted), "ENDORSEMENT_CERTIFICATE_MISSING");
  EXPECT_EQ(judge(say({.certificates = {ca_.intermediate().der()}}), wanted),
            "ENDORSEMENT_CERTIFICATE_MISSING");
}

TEST_F(TpmCertify, ACertificateForAnotherUseIsNoEndorsement) {
  tpm2::Expectation wanted = expected();
  wanted.anchors = {ca_.root()};
  EXPECT_EQ(
      judge(say({.certificates = {endorsement("codeSigning"), ca_.intermediate().der()}}), wanted),
      "ENDORSEMENT_CERTIFICATE_UNFIT");
}

}  // namespace
}  // namespace chancery
