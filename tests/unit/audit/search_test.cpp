#include "core/audit/search.h"

#include <gmock/gmock.h>

#include "core/audit/describe.h"
#include "core/audit/record.h"
#include "core/base/encoding.h"

namespace chancery::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;

constexpr WallTime noon{std::chrono::seconds(1'800'000'000)};

class AuditSearch : public ::testing::Test {
 protected:
  AuditSearch() {
    add(allowed("r-a", digest(HashAlgorithm::sha256, as_bytes("a")), {}));
    add(allowed("r-b", digest(HashAlgorithm::sha256, as_bytes("b")), subjects_));
    add(Signed{"r-b", as_bytes("signature"), 1});
    add(Signed{"r-a", as_bytes("signature"), 0});
    add(Done{"r-a"});
    add(Refused{.who = {},
                .method = "Signer.Sign",
                .profile = "x",
                .rule = "",
                .policy = "",
                .reason = "NO_RULE",
                .message = ""});
  }
  static Allowed allowed(std::string_view receipt, const Digest& of,
                         std::span<const Bytes> subjects) {
    return {.who = {},
            .method = "Signer.Sign",
            .profile = "x",
            .rule = "y",
            .policy = {},
            .backend = {},
            .key = {},
            .algorithm = {},
            .digest = of,
            .subjects = subjects,
            .predicate_type = {},
            .artifact = {},
            .receipt = receipt};
  }
  void add(const Event& event) {
    const std::uint64_t number = records_.size() + 1;
    records_.push_back(write_record(number, noon + std::chrono::seconds(number), event));
  }
  std::vector<std::uint64_t> found(std::optional<WallTime> since,
                                   const std::string& digest_wanted) {
    Search search(since, digest_wanted);
    std::vector<std::uint64_t> out;
    for (const std::string& record : records_) {
      if (search.finds(record)) out.push_back(read_stamp(record)->number);
    }
    return out;
  }
  const std::vector<Bytes> subjects_ = {Bytes(32, 0xab)};
  std::vector<std::string> records_;
};

TEST_F(AuditSearch, ADigestFindsTheDecisionAndWhatBecameOfIt) {
  EXPECT_THAT(found({}, hex_encode(sha256(as_bytes("a")))), ElementsAre(1, 4, 5));
}

TEST_F(AuditSearch, ASubjectsDigestFindsItsStatement) {
  EXPECT_THAT(found({}, hex_encode(subjects_[0])), ElementsAre(2, 3));
}

TEST_F(AuditSearch, ATimeFindsWhatCameThenOrLater) {
  EXPECT_THAT(found(noon + std::chrono::seconds(5), ""), ElementsAre(5, 6));
  EXPECT_THAT(found({}, ""), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST_F(AuditSearch, RecordsAreToldInALine) {
  EXPECT_EQ(describe(records_[5]).value(),
            "2027-01-15T08:00:06Z       6  refused  method Signer.Sign  uid 0  pid 0  profile x  "
            "reason NO_RULE");
  EXPECT_FALSE(describe("{}").ok());
}

// A name that reads like what follows it, and one that is shown backwards.
TEST(AuditLine, ANameIsNotTakenForAnotherMember) {
  const auto line = [](std::string_view artifact) {
    return describe(R"({"number":1,"at":0,"event":"accepted","artifact":)" + Json(artifact).dump() +
                    "}")
        .value();
  };
  EXPECT_THAT(line("app"), EndsWith("  artifact app"));
  EXPECT_THAT(line("app  receipt 7"), EndsWith("  artifact \"app  receipt 7\""));
  EXPECT_THAT(line("a\"  receipt 7"), EndsWith("  artifact \"a\\\"  receipt 7\""));
  EXPECT_THAT(line("a\u00a0receipt"), EndsWith("  artifact \"a\u00a0receipt\""));
  EXPECT_THAT(line("a\u202eb\u2028c"), EndsWith("  artifact \"a?b?c\""));
}

}  // namespace
}  // namespace chancery::audit
