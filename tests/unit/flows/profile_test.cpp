#include "daemon/flows/profile.h"

#include <gtest/gtest.h>

#include "core/bundle/dsse.h"
#include "daemon/flows/assemble.h"

namespace chancery::daemon {
namespace {

Asked digest_request(HashAlgorithm algorithm) {
  Asked asked;
  asked.artifact_digest = digest(algorithm, as_bytes("artefact"));
  return asked;
}

TEST(Profile, ThatSignsStatementsRefusesRawDigests) {
  ProfileSection profile;
  profile.name = "attest";
  profile.signs = Signs::statements;
  EXPECT_EQ(may_sign_kind(profile, RequestKind::digest).error().reason, "KIND_NOT_SIGNED");
  EXPECT_TRUE(may_sign_kind(profile, RequestKind::statement).ok());
  profile.signs = Signs::digests;  // whoever may sign digests may sign anything: promise 7
  EXPECT_TRUE(may_sign_kind(profile, RequestKind::statement).ok());
}

TEST(Profile, TheKeysHashDecidesWhichDigestIsSigned) {
  const Asked sha256_request = digest_request(HashAlgorithm::sha256);
  EXPECT_EQ(*digest_to_sign(sha256_request, Algorithm::ecdsa_p256_sha256),
            sha256_request.artifact_digest);
  EXPECT_EQ(digest_to_sign(sha256_request, Algorithm::ecdsa_p384_sha384).error().reason,
            "DIGEST_ALGORITHM_MISMATCH");
  EXPECT_EQ(digest_to_sign(sha256_request, Algorithm::ed25519).error().reason,
            "ALGORITHM_NOT_LOGGABLE");
  EXPECT_EQ(digest_to_sign(sha256_request, Algorithm::rsa_pss_3072_sha256).error().reason,
            "ALGORITHM_NOT_LOGGABLE");
}

TEST(Profile, AStatementIsSignedThroughItsPreAuthenticationEncoding) {
  Asked asked;
  asked.kind = RequestKind::statement;
  asked.statement = "{}";
  EXPECT_EQ(
      digest_to_sign(asked, Algorithm::ecdsa_p256_sha256)->value,
      digest(HashAlgorithm::sha256, as_bytes("DSSEv1 28 application/vnd.in-toto+json 2 {}")).value);
}

TEST(ArchivedBundle, IsCutWhereItsPayloadBelongs) {
  bundle::Bundle bundle;
  bundle.verification_material = bundle::KeyHint{"hint"};
  bundle.content =
      bundle::DsseEnvelope{std::string(bundle::in_toto_payload_type), "payload", {{{1, 2}, ""}}};
  const std::string whole = archived_form(bundle, false);
  const std::string archived = archived_form(bundle, true);
  const SplitBundle split = *split_at_payload(archived);
  EXPECT_EQ(std::string(split.before) + "cGF5bG9hZA==" + std::string(split.after), whole);
  EXPECT_EQ(split_at_payload(whole).error().reason, "ARCHIVED_BUNDLE_DAMAGED");
}

}  // namespace
}  // namespace chancery::daemon
