#include "core/audit/record.h"

#include <gtest/gtest.h>

#include "core/audit/chain.h"
#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/base/limits/audit.h"

namespace chancery::audit {
namespace {

constexpr WallTime noon{std::chrono::microseconds(1'800'000'000'000'000)};
constexpr Who builder{1000, 100, 4711};
const Digest digest_of_abc = digest(HashAlgorithm::sha256, as_bytes("abc"));
const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

std::string written(const Event& event) { return write_record(7, noon, event); }
std::string with_start(const std::string& rest) {
  return R"({"number":7,"at":1800000000000000,"event":)" + rest;
}

Allowed allowed() {
  return {.who = builder,
          .method = "Signer.Sign",
          .profile = "release",
          .rule = "builders",
          .policy = "cafe",
          .backend = "software",
          .key = "release",
          .algorithm = "ecdsa-p256-sha256",
          .digest = digest_of_abc,
          .subjects = {},
          .predicate_type = {},
          .artifact = "app.tar",
          .receipt = "r-1"};
}

// Known answers: docs/audit.md promises these very bytes.
TEST(AuditRecord, EachEventHasOneCanonicalForm) {
  const std::map<std::string, std::uint64_t> reasons = {{"KEY_STOPPED", 2}, {"NO_RULE", 9}};
  EXPECT_EQ(written(Opened{"i1", "cafe"}),
            with_start(R"("opened","instance":"i1","policy":"cafe"})"));
  EXPECT_EQ(written(allowed()),
            with_start(R"("allowed","uid":1000,"gid":100,"pid":4711,"method":"Signer.Sign",)"
                       R"("profile":"release","rule":"builders","policy":"cafe",)"
                       R"("backend":"software","key":"release","algorithm":"ecdsa-p256-sha256",)"
                       R"("digest":"sha256:)" +
                       abc + R"(","artifact":"app.tar","receipt":"r-1"})"));
  EXPECT_EQ(
      written(Signed{"r-1", as_bytes("abc"), 0}),
      with_start(R"("signed","receipt":"r-1","signature_sha256":")" + abc + R"(","log_index":0})"));
  EXPECT_EQ(written(Timestamped{"r-1", "timestamp:first", noon}),
            with_start(R"("timestamped","receipt":"r-1","destination":"timestamp:first",)"
                       R"("time":1800000000000000})"));
  EXPECT_EQ(written(Recorded{"r-1", "log:public", as_bytes("abc"), 0, sha256(as_bytes("abc")),
                             "added", std::nullopt}),
            with_start(R"("recorded","receipt":"r-1","destination":"log:public",)"
                       R"("log_id":"YWJj","log_index":0,"leaf":")" +
                       abc + R"(","outcome":"added"})"));
  EXPECT_EQ(written(Recorded{"r-1", "log:public", {}, 7, {}, "duplicate", 9}),
            with_start(R"("recorded","receipt":"r-1","destination":"log:public","log_index":7,)"
                       R"("leaf":")" +
                       std::string(64, '0') + R"(","outcome":"duplicate","duplicate":9})"));
  const std::string trouble =
      R"(","receipt":"r-1","destination":"log:public","reason":"R","message":"m"})";
  EXPECT_EQ(written(Trouble{TroubleKind::in_doubt, "r-1", "log:public", "R", "m"}),
            with_start(R"("in-doubt)" + trouble));
  EXPECT_EQ(written(Trouble{TroubleKind::refused, "r-1", "log:public", "R", "m"}),
            with_start(R"("log-refused)" + trouble));
  EXPECT_EQ(written(Trouble{TroubleKind::alarm, "r-1", "log:public", "R", "m"}),
            with_start(R"("alarm)" + trouble));
  EXPECT_EQ(written(Done{"r-1"}), with_start(R"("done","receipt":"r-1"})"));
  EXPECT_EQ(written(Overdue{"r-1"}), with_start(R"("overdue","receipt":"r-1"})"));
  EXPECT_EQ(written(Failed{"r-1", "KEY_HOST_DOWN", "a \"b\"\n"}),
            with_start(R"("failed","receipt":"r-1","reason":"KEY_HOST_DOWN",)"
                       R"("message":"a \"b\"\n"})"));
  EXPECT_EQ(written(Refused{.who = builder,
                            .method = "Signer.Sign",
                            .profile = "release",
                            .rule = "",
                            .policy = "",
                            .reason = "NO_RULE",
                            .message = "none"}),
            with_start(R"("refused","uid":1000,"gid":100,"pid":4711,"method":"Signer.Sign",)"
                       R"("profile":"release","reason":"NO_RULE","message":"none"})"));
  const std::vector<Bytes> subjects = {{0xab}};
  EXPECT_EQ(
      written(Refused{.who = builder,
                      .method = "Signer.SignStatement",
                      .profile = "release",
                      .rule = "ci",
                      .policy = "cafe",
                      .digest = digest_of_abc,
                      .subjects = subjects,
                      .predicate_type = "t",
                      .artifact = "app",
                      .reason = "NO_RULE",
                      .message = "none"}),
      with_start(R"("refused","uid":1000,"gid":100,"pid":4711,"method":"Signer.SignStatement",)"
                 R"("profile":"release","rule":"ci","policy":"cafe","digest":"sha256:)" +
                 abc + R"(","subjects":["ab"],"predicate_type":"t","artifact":"app",)" +
                 R"("reason":"NO_RULE","message":"none"})"));
  EXPECT_EQ(written(RefusedMany{1001, 11, noon, noon + std::chrono::seconds(1), reasons}),
            with_start(R"("refused-many","uid":1001,"count":11,"from":1800000000000000,)"
                       R"("to":1800000001000000,"reasons":{"KEY_STOPPED":2,"NO_RULE":9}})"));
  EXPECT_EQ(written(Act{builder, "Keys.Stop", "profile:x", "admins", "cafe", "done", ""}),
            with_start(R"("act","uid":1000,"gid":100,"pid":4711,"method":"Keys.Stop",)"
                       R"("subject":"profile:x","rule":"admins","policy":"cafe",)"
                       R"("outcome":"done"})"));
  EXPECT_EQ(written(Forgotten{6}), with_start(R"("forgotten","last":6})"));
}

TEST(AuditRecord, WhereAProcessCameFromIsToldWhereItIsKnown) {
  const Who who{.uid = 1000,
                .gid = 100,
                .pid = 4711,
                .unit = "build.service",
                .invocation = "0123",
                .container = "cafe",
                .executable = "/usr/bin/chancery"};
  EXPECT_EQ(written(Refused{.who = who,
                            .method = "Signer.Sign",
                            .profile = "release",
                            .rule = "",
                            .policy = "",
                            .reason = "NO_RULE",
                            .message = "none"}),
            with_start(R"("refused","uid":1000,"gid":100,"pid":4711,"unit":"build.service",)"
                       R"("invocation":"0123","container":"cafe",)"
                       R"("executable":"/usr/bin/chancery","method":"Signer.Sign",)"
                       R"("profile":"release","reason":"NO_RULE","message":"none"})"));
}

TEST(AuditRecord, SubjectsBeyondTheLimitAreCounted) {
  const std::vector<Bytes> many(limits::audit_subjects_max + 3, Bytes{0xab});
  Allowed event = allowed();
  event.subjects = many;
  const Json read = parse_json(written(event), "record").value();
  EXPECT_EQ(read["subjects"].size(), limits::audit_subjects_max);
  EXPECT_EQ(read["subjects_left_out"], 3);
}

TEST(AuditRecord, WhatIsNotUtf8ComesAsHexadecimal) {
  EXPECT_EQ(written(Done{"\xff\x01"}), with_start(R"("done","receipt":"ff01"})"));
}

TEST(AuditRecord, ItsStampIsReadBack) {
  const std::string record = written(Forgotten{6});
  const Stamp stamp = read_stamp(record).value();
  EXPECT_EQ(stamp.number, 7U);
  EXPECT_EQ(stamp.at, noon);
  EXPECT_EQ(stamp.event, "forgotten");
  EXPECT_EQ(stamp.forgotten, 6U);
}

TEST(AuditRecord, WhatDoesNotBeginLikeARecordIsNone) {
  for (const char* text : {"", "{}", "{\"number\":x", "{\"number\":1,\"at\":2,\"event\":\"done\"",
                           "{\"number\":-1,\"at\":2,\"event\":\"done\"}",
                           "{ \"number\":1,\"at\":2,\"event\":\"done\"}",
                           "{\"number\":1,\"at\":2,\"event\":\"forgotten\"}"}) {
    EXPECT_FALSE(read_stamp(text).ok()) << text;
  }
}

// printf '{"number":1}' | sha256sum, and so on: what docs/audit.md shows to auditors.
TEST(AuditChain, LinksAreThoseOfTheSpecification) {
  const Link one = next_link(first_link, R"({"number":1})");
  EXPECT_EQ(hex_encode(one), "34e711bdb3098f9a589d507da00422d40c8a1bdbf66f6f606c509e518ace4cff");
  EXPECT_EQ(hex_encode(next_link(one, R"({"number":2})")),
            "6ab018c62c39271f930b8e96c49d54cce755b14d961ca724893f57ec39129cfd");
  EXPECT_EQ(next_link(first_link, sha256(as_bytes(R"({"number":1})"))), one);
}

}  // namespace
}  // namespace chancery::audit
