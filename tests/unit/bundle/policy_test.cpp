// What a caller may ask beyond the defaults: thresholds, extensions, predicates, waivers.
#include "core/bundle/policy.h"

#include <gtest/gtest.h>

#include "tests/support/sigstore/catalogue/catalogue.h"

namespace chancery::bundle {
namespace {

using testing::at;
using testing::CertificateShape;
using testing::fulcio_oid;
using testing::MemoryCtLog;
using testing::MemoryLog;
using testing::MemoryTsa;
using testing::Scene;

const ValidFor always{at("2026-01-01T00:00:00Z"), std::nullopt};

Policy good_policy() {
  Policy policy;
  policy.identity = TextRule::exactly("signer@example.test");
  policy.issuer = TextRule::exactly("https://issuer.example.test");
  return policy;
}

Verdict judged(const Scene& scene, const Policy& policy) {
  const Artifact artifact(digest(HashAlgorithm::sha256, as_bytes(scene.artefact)));
  return verify(scene.bundle, artifact, scene.root, policy);
}

std::string reason(const Scene& scene, const Policy& policy) {
  const Verdict verdict = judged(scene, policy);
  return verdict.verified() ? "" : verdict.refusal->reason;
}

TEST(TextRule, ExactlyIsByteForByte) {
  const TextRule rule = TextRule::exactly("a.c");
  EXPECT_TRUE(rule.accepts("a.c"));
  for (const char* other : {"abc", "a.C", "a.c ", "", "a.cc"}) EXPECT_FALSE(rule.accepts(other));
}

TEST(TextRule, APatternMatchesTheWholeText) {
  const TextRule rule = *TextRule::matching("a.c|b");
  for (const char* fitting : {"a.c", "abc", "b"}) EXPECT_TRUE(rule.accepts(fitting)) << fitting;
  for (const char* other : {"xabc", "abcx", "ab", "abc\n"}) EXPECT_FALSE(rule.accepts(other));
}

TEST(TextRule, APatternThatMatchesAPartIsToldThatItMustMatchTheWhole) {
  EXPECT_EQ(TextRule::matching("^appu@")->objection_to("appu@example.test"),
            "a match of \"^appu@\" is expected; the pattern matches a part, and must match the "
            "whole text: \".*\" stands for any rest");
  EXPECT_EQ(TextRule::matching("^other@")->objection_to("appu@example.test"),
            "a match of \"^other@\" is expected");
  EXPECT_EQ(TextRule::matching("(other)?")->objection_to("appu@example.test"),
            "a match of \"(other)?\" is expected");
  EXPECT_EQ(TextRule::exactly("appu").objection_to("appu@example.test"), "\"appu\" is expected");
}

TEST(Policy, AnIdentityThatAPatternMatchesInPartIsRefusedWithThatSaid) {
  Policy policy = good_policy();
  policy.identity = *TextRule::matching("^signer@");
  const Verdict verdict = judged(testing::blob_v2(), policy);
  ASSERT_FALSE(verdict.verified());
  EXPECT_EQ(verdict.refusal->reason, "IDENTITY_MISMATCH");
  EXPECT_NE(verdict.refusal->message.find("must match the whole text"), std::string::npos)
      << verdict.refusal->message;
}

TEST(TextRule, WhatIsNoPatternIsRefused) {
  EXPECT_EQ(TextRule::matching("(").error().reason, "PATTERN_INVALID");
  EXPECT_EQ(TextRule::matching("((a{1000}){1000})").error().reason, "PATTERN_INVALID");
}

TEST(Policy, IdentityAndIssuerMustBothBeGivenUnlessAnyIsAccepted) {
  const Scene scene = testing::blob_v2();
  Policy policy;
  EXPECT_EQ(reason(scene, policy), "IDENTITY_REQUIRED");
  policy.identity = TextRule::exactly("signer@example.test");
  EXPECT_EQ(reason(scene, policy), "IDENTITY_REQUIRED");
  policy.issuer = *TextRule::matching("https://.*");
  EXPECT_EQ(reason(scene, policy), "");
  Policy any;
  any.accept_any_identity_unsafe = true;
  EXPECT_EQ(reason(scene, any), "");
  any.issuer = TextRule::exactly("https://other.example.test");
  EXPECT_EQ(reason(scene, any), "ISSUER_MISMATCH");
}

class WithoutIssuer : public ::testing::Test {
 protected:
  WithoutIssuer() { scene_.shape.extensions.clear(); }

  static Policy expecting(TextRule issuer) {
    Policy policy = good_policy();
    policy.issuer = std::move(issuer);
    return policy;
  }
  static Policy pattern(const std::string& text) { return expecting(*TextRule::matching(text)); }

  Scene scene_;
};

TEST_F(WithoutIssuer, ACertificateIsTakenByAPatternThatMatchesTheEmptyText) {
  scene_.sign();
  for (const char* taking : {".*", "", "(https://issuer.example.test)?"}) {
    const Verdict verdict = judged(scene_, pattern(taking));
    ASSERT_TRUE(verdict.verified()) << taking << ": " << verdict.refusal->message;
    EXPECT_EQ(verdict.signer->subject.value, "signer@example.test");
    EXPECT_EQ(verdict.signer->issuer, "");
  }
}

TEST_F(WithoutIssuer, ACertificateIsRefusedByAllElseAndToldWhatTakesIt) {
  scene_.sign();
  for (const Policy& policy : {good_policy(), expecting(TextRule::exactly("")), pattern(".+"),
                               pattern("https://issuer.example.test")}) {
    EXPECT_EQ(reason(scene_, policy), "CERTIFICATE_ISSUER_MISSING");
  }
  const std::string message = judged(scene_, pattern(".+")).refusal->message;
  EXPECT_NE(message.find("names no issuer"), std::string::npos) << message;
  EXPECT_NE(message.find("\".*\""), std::string::npos) << message;
}

TEST_F(WithoutIssuer, ACertificateOfAnotherIdentityIsRefusedAsEver) {
  scene_.sign();
  Policy policy = pattern(".*");
  policy.identity = TextRule::exactly("other@example.test");
  EXPECT_EQ(reason(scene_, policy), "IDENTITY_MISMATCH");
  scene_.shape.subject_names = "critical,DNS:signer.example.test";
  EXPECT_EQ(reason(scene_.sign(), policy), "CERTIFICATE_SUBJECT_MISSING");
}

TEST_F(WithoutIssuer, AnIssuerThatCannotBeReadIsNotTakenForNone) {
  scene_.shape.extensions = {{fulcio_oid(8), to_bytes(as_bytes("no DER")), false}};
  EXPECT_EQ(reason(scene_.sign(), pattern(".*")), "CERTIFICATE_EXTENSION_MALFORMED");
  scene_.shape.extensions = {{fulcio_oid(1), to_bytes(as_bytes("https://one.test")), false},
                             {fulcio_oid(8), testing::utf8_string("https://two.test"), false}};
  EXPECT_EQ(reason(scene_.sign(), pattern(".*")), "CERTIFICATE_ISSUER_AMBIGUOUS");
}

TEST(Policy, AKeySaysNothingOfAnIdentity) {
  const Scene scene = testing::key_v2();
  Policy policy;
  policy.key = scene.key.public_key();
  EXPECT_EQ(reason(scene, policy), "");
  policy.fields = {{"token-subject", TextRule::exactly("x")}};
  EXPECT_EQ(reason(scene, policy), "CERTIFICATE_REQUIRED");
}

TEST(Policy, EveryExtensionCanBeAskedFor) {
  for (const FulcioField& field : fulcio_fields()) {
    Scene scene;
    const std::string value = "value of " + std::to_string(field.number);
    scene.shape.extensions.push_back(
        {fulcio_oid(field.number),
         field.is_raw ? to_bytes(as_bytes(value)) : testing::utf8_string(value), false});
    scene.sign();
    Policy policy = good_policy();
    policy.fields = {{std::string(field.name), TextRule::exactly(value)}};
    const Verdict verdict = judged(scene, policy);
    ASSERT_TRUE(verdict.verified()) << field.name << ": " << verdict.refusal->message;
    EXPECT_EQ(verdict.signer->fields.find(field.name)->second, value);
    policy.fields = {{std::string(field.name), TextRule::exactly("another")}};
    EXPECT_EQ(reason(scene, policy), "CERTIFICATE_FIELD_MISMATCH");
    EXPECT_EQ(reason(testing::blob_v2(), policy), "CERTIFICATE_FIELD_MISMATCH");
  }
}

TEST(Policy, LogsOfOneOperatorCountOnce) {
  Scene scene = testing::blob_v2();
  MemoryLog second("second.example.test");
  scene.bundle.log_entries.push_back(second.add(scene.entry().canonicalized_body));
  scene.root.transparency_logs.push_back(second.trusted(always));
  Policy policy = good_policy();
  policy.log_entries_min = 2;
  EXPECT_EQ(reason(scene, policy), "");
  for (TrustedLog& log : scene.root.transparency_logs) log.operator_name = "example.test";
  EXPECT_EQ(reason(scene, policy), "LOG_THRESHOLD_NOT_MET");
}

TEST(Policy, TimestampsOfOneAuthorityCountOnce) {
  Scene scene = testing::blob_v2();
  Policy policy = good_policy();
  policy.timestamps_min = 2;
  scene.bundle.timestamps.push_back(scene.tsa.stamp(scene.signature(), scene.time));
  EXPECT_EQ(reason(scene, policy), "TIMESTAMP_THRESHOLD_NOT_MET");
  const MemoryTsa second("https://second.example.test");
  scene.bundle.timestamps.push_back(second.stamp(scene.signature(), scene.time));
  EXPECT_EQ(reason(scene, policy), "TIMESTAMP_SIGNER_UNKNOWN");
  scene.root.timestamp_authorities.push_back(second.trusted(always));
  EXPECT_EQ(reason(scene, policy), "");
  for (TrustedAuthority& authority : scene.root.timestamp_authorities) {
    authority.operator_name = "example.test";
  }
  EXPECT_EQ(reason(scene, policy), "TIMESTAMP_THRESHOLD_NOT_MET");
}

TEST(Policy, ATimestampAuthorityWithoutAnAddressIsNamedByItsCertificate) {
  Scene scene = testing::blob_v2();
  scene.root.timestamp_authorities.at(0).uri = "";
  const Verdict verdict = judged(scene, good_policy());
  ASSERT_TRUE(verdict.verified()) << verdict.refusal->message;
  ASSERT_EQ(verdict.times.size(), 1U);
  EXPECT_EQ(verdict.times[0].source, scene.tsa.certificate().subject());
  EXPECT_NE(verdict.times[0].source, "");
}

TEST(Policy, APromisedTimeIsNoTimestamp) {
  Policy policy = good_policy();
  policy.timestamps_min = 1;
  EXPECT_EQ(reason(testing::blob_v1(), policy), "TIMESTAMP_MISSING");
}

TEST(Policy, CertificateTimestampsOfOneLogCountOnce) {
  Scene scene;
  const MemoryCtLog second;
  const auto logged_in = [&scene](const MemoryCtLog& log) {
    return scene.ca.log_in(log, scene.shape, scene.key, scene.shape.not_before);
  };
  const Sct first = logged_in(scene.ct_log);
  const CertificateShape unlogged = scene.shape;
  scene.is_logged = false;
  scene.shape.extensions.push_back(testing::sct_list({first, first}));
  Policy policy = good_policy();
  policy.scts_min = 2;
  EXPECT_EQ(reason(scene.sign(), policy), "SCT_THRESHOLD_NOT_MET");
  scene.shape = unlogged;
  scene.shape.extensions.push_back(testing::sct_list({first, logged_in(second)}));
  scene.root.certificate_logs.push_back(second.trusted(always));
  EXPECT_EQ(reason(scene.sign(), policy), "");
}

TEST(Policy, ACertificateLogWithAKeyThatIsNotReadIsToldSo) {
  Scene scene = testing::blob_v2();
  const TrustedLog log = scene.root.certificate_logs.at(0);
  scene.root.certificate_logs.clear();
  EXPECT_EQ(reason(scene, good_policy()), "SCT_LOG_UNKNOWN");
  scene.root.unread_logs = {{log.base_url, log.log_id, "ML_DSA_65"}};
  EXPECT_EQ(reason(scene, good_policy()), "LOG_KEY_UNSUPPORTED");
}

TEST(Policy, ThePredicateTypeMustBeTheOneExpected) {
  Policy policy = good_policy();
  policy.predicate_type = TextRule::exactly("https://slsa.dev/provenance/v1");
  EXPECT_EQ(reason(testing::statement_v2(), policy), "");
  EXPECT_EQ(reason(testing::blob_v2(), policy), "STATEMENT_MISSING");
  policy.predicate_type = TextRule::exactly("https://spdx.dev/Document");
  EXPECT_EQ(reason(testing::statement_v2(), policy), "PREDICATE_TYPE_MISMATCH");
}

TEST(Policy, AWaivedLogGivesNoTime) {
  Policy policy = good_policy();
  policy.ignore_transparency_log_unsafe = true;
  Scene scene = testing::blob_v1();
  EXPECT_EQ(reason(scene, policy), "TIME_MISSING");
  scene.bundle.log_entries.clear();
  scene.stamp();
  EXPECT_EQ(reason(scene, policy), "");
  EXPECT_EQ(reason(scene, good_policy()), "LOG_ENTRY_MISSING");
}

TEST(Policy, OnlyAWaiverAcceptsACertificateThatNobodyLogged) {
  Scene scene;
  scene.is_logged = false;
  scene.sign();
  Policy policy = good_policy();
  EXPECT_EQ(reason(scene, policy), "SCT_MISSING");
  policy.ignore_scts_unsafe = true;
  EXPECT_EQ(reason(scene, policy), "");
}

TEST(Policy, AThresholdOfZeroWaivesNothing) {
  Policy policy = good_policy();
  policy.log_entries_min = 0;
  policy.scts_min = 0;
  Scene scene = testing::blob_v2();
  scene.bundle.log_entries.clear();
  EXPECT_EQ(reason(scene, policy), "LOG_ENTRY_MISSING");
}

TEST(Verdict, NamesEveryCheckInOrderAndTheOneThatFailed) {
  Scene scene = testing::statement_v2();
  const auto names = [](const Verdict& verdict) {
    std::vector<std::string> out;
    for (const Check& check : verdict.passed) out.push_back(check.name);
    return out;
  };
  const Verdict good = judged(scene, good_policy());
  ASSERT_TRUE(good.verified()) << good.refusal->message;
  EXPECT_EQ(names(good), (std::vector<std::string>{
                             "bundle", "signer", "log entry", "inclusion proof", "transparency log",
                             "time", "certificate path", "certificate period", "certificate usage",
                             "certificate log", "identity", "signature", "statement"}));
  EXPECT_EQ(good.failed_check, "");
  EXPECT_EQ(good.signer->subject.value, "signer@example.test");
  EXPECT_EQ(good.signer->issuer, "https://issuer.example.test");
  ASSERT_EQ(good.times.size(), 1U);
  EXPECT_EQ(good.times[0].time, scene.time);
  EXPECT_TRUE(good.times[0].is_timestamp);
  EXPECT_EQ(good.statement->predicate_type, "https://slsa.dev/provenance/v1");

  scene.bundle.timestamps.clear();
  const Verdict bad = judged(scene, good_policy());
  EXPECT_EQ(bad.failed_check, "time");
  EXPECT_EQ(names(bad), (std::vector<std::string>{"bundle", "signer", "log entry",
                                                  "inclusion proof", "transparency log"}));
}

}  // namespace
}  // namespace chancery::bundle
