// Cases that need more memory than there is: they are not judged, and the others are. Nothing large
// is given out here while a MemoryShortage lives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>

#include "client/verification/judge.h"
#include "tests/support/sigstore/sigstore.h"
#include "tests/support/temporary_directory.h"

namespace chancery::client {
namespace {

constexpr std::size_t large_bytes = 4U << 20;
std::atomic<std::size_t> allocation_bytes_max = std::numeric_limits<std::size_t>::max();

}  // namespace
}  // namespace chancery::client

void* operator new(std::size_t bytes) {
  if (bytes <= chancery::client::allocation_bytes_max)
    if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace chancery::client {
namespace {

using ::testing::ElementsAre;
using testing::Sigstore;
using testing::TemporaryDirectory;
using testing::write_text;

struct MemoryShortage {
  MemoryShortage() { allocation_bytes_max = large_bytes; }
  ~MemoryShortage() { allocation_bytes_max = std::numeric_limits<std::size_t>::max(); }
};

class WithoutMemory : public ::testing::Test {
 protected:
  std::string path(std::string_view name) const { return directory_ / name; }

  void add_signed(const std::string& name, std::size_t blanks = 0) {
    sigstore_.artefact = "the content of " + name;
    write_text(directory_ / name, sigstore_.artefact);
    // Blanks are JSON too.
    write_text(directory_ / (name + ".sigstore.json"),
               bundle::write_bundle(sigstore_.sign_artefact()) + std::string(blanks, ' '));
  }

  // "verified", or the code and reason of what it was not judged for.
  std::vector<std::string> judge_all(const std::vector<Case>& cases) {
    std::vector<std::string> results;
    const Policies policies = Policies::for_all(policy_);
    const bundle::TrustedRoot root = sigstore_.root();
    const MemoryShortage shortage;
    judge(cases, {root, policies, {}}, [&results](const Outcome& outcome) {
      if (outcome.verdict.ok())
        results.emplace_back(outcome.verdict->verified() ? "verified" : "refused");
      else
        results.push_back(std::string(name_of(outcome.verdict.error().code)) + " " +
                          outcome.verdict.error().reason);
    });
    return results;
  }

  TemporaryDirectory directory_;
  Sigstore sigstore_;
  bundle::Policy policy_ = sigstore_.policy();
};

TEST_F(WithoutMemory, ABundleIsNotJudgedAndTheOthersAre) {
  add_signed("a");
  add_signed("b", large_bytes);
  add_signed("c");
  EXPECT_THAT(judge_all(*find_cases(path(""))),
              ElementsAre("verified", "exhausted MEMORY_EXHAUSTED", "verified"));
}

TEST_F(WithoutMemory, AnotherBundleOfTheSameArtefactIsJudged) {
  add_signed("a", large_bytes);
  write_text(directory_ / "small", bundle::write_bundle(sigstore_.sign_artefact()));
  EXPECT_THAT(judge_all({{path("a"), path("a.sigstore.json")}, {path("a"), path("small")}}),
              ElementsAre("exhausted MEMORY_EXHAUSTED", "verified"));
}

TEST_F(WithoutMemory, AnArtefactThatMustBeWholeIsNotJudged) {
  policy_.ignore_transparency_log_unsafe = true;  // no log records pure Ed25519
  sigstore_.key = testing::SigningKey::make(Algorithm::ed25519);
  policy_.key = sigstore_.key.public_key();
  for (const std::size_t bytes : {large_bytes / 4, large_bytes + 1}) {
    sigstore_.artefact = std::string(bytes, 'x');
    bundle::Bundle bundle = sigstore_.sign_artefact();
    std::get<bundle::MessageSignature>(bundle.content).signature =
        sigstore_.key.sign(Algorithm::ed25519, as_bytes(sigstore_.artefact));
    const std::string name = std::to_string(bytes);
    write_text(directory_ / name, sigstore_.artefact);
    write_text(directory_ / (name + ".sigstore.json"), bundle::write_bundle(bundle));
  }
  EXPECT_THAT(judge_all(*find_cases(path(""))),
              ElementsAre("verified", "exhausted MEMORY_EXHAUSTED"));
}

}  // namespace
}  // namespace chancery::client
