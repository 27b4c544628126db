// Which hash a log signs under: that of its key.
#include <gtest/gtest.h>

#include "tests/support/sigstore/catalogue/catalogue.h"

namespace chancery::bundle {
namespace {

using testing::at;
using testing::MemoryLogV1;
using testing::Scene;

// Rekor v1 with another key than the usual one.
Scene recorded_with(Algorithm algorithm) {
  Scene scene = testing::blob_v1();
  scene.log_v1 = MemoryLogV1("rekor.example.test", algorithm);
  scene.log_v1.add_stranger("one");
  const ValidFor always{at("2026-01-01T00:00:00Z"), std::nullopt};
  scene.root.transparency_logs = {scene.log_v1.trusted(always)};
  return scene.sign();
}

std::string reason(const Scene& scene) {
  const Verdict verdict = judge(scene.material(), testing::Given::file);
  return verdict.verified() ? "" : verdict.refusal->reason;
}

TEST(LogV1, AP384KeySignsUnderSha384) {
  EXPECT_EQ(reason(recorded_with(Algorithm::ecdsa_p384_sha384)), "");
}

TEST(LogV1, AP384KeyThatPromisesUnderSha256IsRefused) {
  Scene scene = recorded_with(Algorithm::ecdsa_p384_sha384);
  scene.entry().signed_entry_timestamp =
      scene.log_v1.promise_over(HashAlgorithm::sha256, scene.entry());
  EXPECT_EQ(reason(scene), "PROMISE_INVALID");
}

}  // namespace
}  // namespace chancery::bundle
