#include "daemon/flows/asked.h"

#include <gtest/gtest.h>

namespace chancery::daemon {
namespace {

v1::SignRequest good_request() {
  v1::SignRequest request;
  request.set_profile("release");
  request.set_idempotency_key("0190-abc");
  request.set_hash_algorithm(v1::HASH_ALGORITHM_SHA2_256);
  request.set_digest(std::string(32, '\x11'));
  request.set_artifact("app-1.2.tar.gz");
  return request;
}

std::string reason(const v1::SignRequest& request) {
  const Result<Asked> asked = read_sign_request(request);
  return asked.ok() ? "" : asked.error().reason;
}

constexpr std::string_view good_statement =
    R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha256":)"
    R"("1111111111111111111111111111111111111111111111111111111111111111"}}],)"
    R"("predicateType":"https://example.com/p","predicate":{}})";

TEST(SignRequest, IsReadAsItStands) {
  const Asked asked = *read_sign_request(good_request());
  EXPECT_EQ(asked.profile, "release");
  EXPECT_EQ(asked.kind, RequestKind::digest);
  EXPECT_EQ(asked.artifact_digest.value, Bytes(32, 0x11));
}

TEST(SignRequest, WithoutAProfileMeansTheDefaultOne) {
  v1::SignRequest request = good_request();
  request.clear_profile();
  EXPECT_EQ(read_sign_request(request)->profile, "default");
}

TEST(SignRequest, EachBadFieldHasItsReason) {
  const auto with = [](auto change) {
    v1::SignRequest request = good_request();
    change(request);
    return reason(request);
  };
  EXPECT_EQ(with([](auto& r) { r.set_profile(std::string(10'000, 'p')); }), "PROFILE_NAME_INVALID");
  EXPECT_EQ(with([](auto& r) { r.set_profile("a\x1b[2J"); }), "PROFILE_NAME_INVALID");
  EXPECT_EQ(with([](auto& r) { r.clear_idempotency_key(); }), "IDEMPOTENCY_KEY_INVALID");
  EXPECT_EQ(with([](auto& r) { r.set_idempotency_key("two words"); }), "IDEMPOTENCY_KEY_INVALID");
  EXPECT_EQ(with([](auto& r) { r.set_idempotency_key(std::string(10'000, 'k')); }),
            "IDEMPOTENCY_KEY_INVALID");
  EXPECT_EQ(with([](auto& r) { r.clear_hash_algorithm(); }), "HASH_ALGORITHM_UNKNOWN");
  EXPECT_EQ(with([](auto& r) { r.set_hash_algorithm(static_cast<v1::HashAlgorithm>(99)); }),
            "HASH_ALGORITHM_UNKNOWN");
  EXPECT_EQ(with([](auto& r) { r.clear_digest(); }), "DIGEST_MISSING");
  EXPECT_EQ(with([](auto& r) { r.set_digest(std::string(31, 'd')); }), "DIGEST_LENGTH_WRONG");
  EXPECT_EQ(with([](auto& r) { r.set_artifact(std::string(10'000, 'a')); }),
            "ARTIFACT_NAME_INVALID");
  EXPECT_EQ(with([](auto& r) { r.set_artifact("a\nb"); }), "ARTIFACT_NAME_INVALID");
}

TEST(StatementRequest, KeepsThePayloadByteForByte) {
  const Asked asked = *read_statement("", "key", std::string(good_statement));
  EXPECT_EQ(asked.kind, RequestKind::statement);
  EXPECT_EQ(asked.statement, good_statement);
  EXPECT_EQ(asked.predicate_type, "https://example.com/p");
  EXPECT_EQ(asked.artifact_digest.value, Bytes(32, 0x11));
}

TEST(StatementRequest, NeedsADigestThatAVerifierCanCompute) {
  std::string statement(good_statement);
  statement.replace(statement.find("sha256"), 6, "gitBlb");
  EXPECT_EQ(read_statement("", "key", statement).error().reason, "STATEMENT_NO_USABLE_DIGEST");
}

TEST(RequestHash, TellsRequestsApart) {
  const Asked one = *read_sign_request(good_request());
  Asked other = one;
  EXPECT_EQ(request_hash(one), request_hash(other));
  other.artifact = "app-1.3.tar.gz";
  EXPECT_NE(request_hash(one), request_hash(other));
  other = one;
  other.artifact_digest.value[0] ^= 1;
  EXPECT_NE(request_hash(one), request_hash(other));
  other = one;
  other.kind = RequestKind::statement;
  EXPECT_NE(request_hash(one), request_hash(other));
}

}  // namespace
}  // namespace chancery::daemon
