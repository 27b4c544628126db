#include <functional>

#include "core/base/limits/statements.h"
#include "core/bundle/verify.h"
#include "core/tlog/entry.h"
#include "tests/end_to_end/running_daemon.h"

namespace chancery::testing {
namespace {

class Signing : public ::testing::Test {
 protected:
  bundle::TrustedRoot root() {
    const auto reply = daemon_.call<v1::GetTrustedRootReply>("chancery.v1.Log", "GetTrustedRoot",
                                                             v1::GetTrustedRootRequest());
    return *bundle::parse_trusted_root(reply->trusted_root());
  }
  // Judges with the key that signed it, found by the bundle's own log entry.
  bundle::Verdict judge(const std::string& json, std::string_view content) {
    bundle::Bundle parsed = *bundle::parse_bundle(json);
    bundle::Policy policy;
    const auto body = tlog::parse_hashed_rekord(parsed.log_entries[0].canonicalized_body);
    policy.key = *PublicKey::from_spki(body->verifier);
    return bundle::verify(parsed, digest(HashAlgorithm::sha256, as_bytes(content)), root(), policy);
  }
  std::string read_bundle(const std::string& receipt) {
    v1::ReadBundleRequest request;
    request.set_receipt(receipt);
    auto download =
        daemon_.connection().download(signer, "ReadBundle", request.SerializeAsString(), soon());
    std::string whole;
    while (true) {
      Result<std::optional<std::string>> message = download.next();
      EXPECT_TRUE(message.ok()) << message.error().message;
      if (!message.ok() || !message->has_value()) return whole;
      v1::BundleChunk chunk;
      EXPECT_TRUE(chunk.ParseFromString(**message));
      whole += chunk.data();
    }
  }
  Result<v1::SignReply> stream(std::string_view key, const std::string& statement) {
    const std::string answer = TRY(upload_statement(daemon_.connection(), key, statement));
    v1::SignReply reply;
    EXPECT_TRUE(reply.ParseFromString(answer));
    return reply;
  }

  RunningDaemon daemon_;
};

TEST_F(Signing, ADigestBecomesABundleThatVerifies) {
  const Result<v1::SignReply> reply = daemon_.sign(sign_request("one", "hello"));
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  EXPECT_EQ(reply->state(), v1::STATE_DONE);
  EXPECT_EQ(reply->log_index(), 0U);
  const bundle::Verdict verdict = judge(reply->bundle(), "hello");
  EXPECT_TRUE(verdict.verified()) << verdict.refusal->reason;
  EXPECT_EQ(judge(reply->bundle(), "hallo").verified(), false);
  EXPECT_EQ(read_bundle(reply->receipt()), reply->bundle());
}

TEST_F(Signing, TheSameIdempotencyKeyGivesTheSameAnswer) {
  const v1::SignRequest request = sign_request("same", "hello");
  const Result<v1::SignReply> first = daemon_.sign(request);
  const Result<v1::SignReply> second = daemon_.sign(request);
  ASSERT_TRUE(second.ok()) << second.error().message;
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
  EXPECT_EQ(daemon_.sign(sign_request("other", "hello"))->log_index(), 1U);
  EXPECT_EQ(daemon_.sign(sign_request("same", "something else")).error().reason,
            "IDEMPOTENCY_KEY_REUSED");
}

TEST_F(Signing, AnAnswerSurvivesARestart) {
  const Result<v1::SignReply> before = daemon_.sign(sign_request("kept", "hello"));
  ASSERT_TRUE(before.ok());
  EXPECT_EQ(daemon_.process().stop(), 0);
  daemon_.start();
  v1::GetSignatureRequest request;
  request.set_receipt(before->receipt());
  const auto by_receipt = daemon_.call<v1::SignReply>(signer, "GetSignature", request);
  ASSERT_TRUE(by_receipt.ok()) << by_receipt.error().message;
  EXPECT_EQ(by_receipt->SerializeAsString(), before->SerializeAsString());
  request.set_idempotency_key("kept");
  EXPECT_EQ(daemon_.call<v1::SignReply>(signer, "GetSignature", request)->receipt(),
            before->receipt());
  request.set_digest(to_text(sha256(as_bytes("hello"))));
  EXPECT_EQ(daemon_.call<v1::SignReply>(signer, "GetSignature", request)->receipt(),
            before->receipt());
}

TEST_F(Signing, AStatementIsSignedThroughDsse) {
  v1::SignStatementRequest request;
  request.set_idempotency_key("statement");
  request.set_statement(statement_of(2000));
  const auto reply = daemon_.call<v1::SignReply>(signer, "SignStatement", request);
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  const bundle::Verdict verdict = judge(reply->bundle(), "hello");
  ASSERT_TRUE(verdict.verified()) << verdict.refusal->reason << verdict.refusal->message;
  EXPECT_EQ(verdict.statement->predicate_type, "https://example.com/sbom");
}

TEST_F(Signing, ALargeStatementIsStreamedBothWays) {
  const std::string statement = statement_of(9U << 20);
  const Result<v1::SignReply> reply = stream("large", statement);
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  EXPECT_EQ(reply->state(), v1::STATE_DONE);
  EXPECT_TRUE(reply->bundle().empty());
  const std::string json = read_bundle(reply->receipt());
  EXPECT_EQ(json.size(), reply->bundle_bytes());
  const bundle::Verdict verdict = judge(json, "hello");
  ASSERT_TRUE(verdict.verified()) << verdict.refusal->reason << verdict.refusal->message;
}

TEST_F(Signing, BadStatementsAreRefusedWithTheirReason) {
  const auto reason = [&](std::string statement) {
    v1::SignStatementRequest request;
    request.set_idempotency_key("bad");
    request.set_statement(std::move(statement));
    const auto reply = daemon_.call<v1::SignReply>(signer, "SignStatement", request);
    return reply.ok() ? "" : reply.error().reason;
  };
  const std::string good = statement_of(500);
  EXPECT_EQ(reason("not JSON"), "JSON_MALFORMED");
  EXPECT_EQ(reason("{}"), "STATEMENT_TYPE_UNKNOWN");
  EXPECT_EQ(reason(good.substr(0, good.size() - 1) + R"(,"predicateType":"twice"})"),
            "JSON_DUPLICATE_KEY");
  EXPECT_EQ(reason(good.substr(0, good.size() - 1) + ",\"x\":" + std::string(1000, '[') +
                   std::string(1000, ']') + "}"),
            "JSON_TOO_DEEP");
  EXPECT_EQ(stream("bad", std::string(1, 'x')).error().reason, "JSON_MALFORMED");
  EXPECT_EQ(reason(good), "");  // and the daemon goes on
}

TEST_F(Signing, AStreamThatLiesAboutItsSizeIsRefused) {
  auto upload = daemon_.connection().upload(signer, "SignStatementStream", soon());
  v1::SignStatementChunk chunk;
  chunk.set_idempotency_key("liar");
  chunk.set_statement_bytes(10);
  chunk.set_data(std::string(11, 'x'));
  (void)upload.send(chunk.SerializeAsString());
  EXPECT_EQ(upload.finish().error().reason, "STATEMENT_SIZE_WRONG");
  auto huge = daemon_.connection().upload(signer, "SignStatementStream", soon());
  chunk.set_statement_bytes(limits::statement_bytes_max + 1);
  (void)huge.send(chunk.SerializeAsString());
  EXPECT_EQ(huge.finish().error().reason, "STATEMENT_TOO_LARGE");
}

TEST_F(Signing, AStreamThatNamesItsRequestTwiceIsRefused) {
  const std::string statement = statement_of(500);
  struct Case {
    const char* what;
    std::function<void(v1::SignStatementChunk&)> names;
  };
  for (const Case& second :
       {Case{"the same profile", [](auto& chunk) { chunk.set_profile("default"); }},
        Case{"another profile", [](auto& chunk) { chunk.set_profile("release"); }},
        Case{"an idempotency key", [](auto& chunk) { chunk.set_idempotency_key("other"); }},
        Case{"a size", [](auto& chunk) { chunk.set_statement_bytes(1); }}}) {
    SCOPED_TRACE(second.what);
    auto upload = daemon_.connection().upload(signer, "SignStatementStream", soon());
    v1::SignStatementChunk chunk;
    chunk.set_profile("default");
    chunk.set_idempotency_key("twice");
    chunk.set_statement_bytes(statement.size());
    ASSERT_TRUE(upload.send(chunk.SerializeAsString()).ok());
    v1::SignStatementChunk data;
    data.set_data(statement);
    second.names(data);
    (void)upload.send(data.SerializeAsString());
    const auto answer = upload.finish();
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::invalid_request);
    EXPECT_EQ(answer.error().reason, "STREAM_NAMED_TWICE");
  }
  const auto status =
      daemon_.call<v1::StatusReply>("chancery.v1.Admin", "Status", v1::StatusRequest());
  EXPECT_EQ(status->log_size(), 0U);
}

TEST_F(Signing, UnknownProfilesAndReceiptsAreNamed) {
  v1::SignRequest request = sign_request("p", "hello");
  request.set_profile("releases");
  EXPECT_EQ(daemon_.sign(request).error().reason, "PROFILE_UNKNOWN");
  v1::GetSignatureRequest get;
  EXPECT_EQ(daemon_.call<v1::SignReply>(signer, "GetSignature", get).error().reason,
            "FIELD_MISSING");
  get.set_receipt("r-nonsense");
  EXPECT_EQ(daemon_.call<v1::SignReply>(signer, "GetSignature", get).error().reason,
            "RECEIPT_MALFORMED");
  get.set_idempotency_key("never used");
  EXPECT_EQ(daemon_.call<v1::SignReply>(signer, "GetSignature", get).error().reason,
            "SIGNATURE_UNKNOWN");
}

}  // namespace
}  // namespace chancery::testing
