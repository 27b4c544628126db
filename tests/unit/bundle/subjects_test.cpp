// Which artefact a statement is about, and what is said where that cannot be told.
#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "tests/support/sigstore/sigstore.h"

namespace chancery::bundle {
namespace {

using Digests = std::vector<SubjectDigest>;

class Subjects : public ::testing::Test {
 protected:
  static SubjectDigest named_by(HashAlgorithm hash, std::string_view artefact) {
    return {std::string(name_of(hash)), hex_encode(digest(hash, as_bytes(artefact)).value)};
  }
  SubjectDigest right_by(HashAlgorithm hash) const { return named_by(hash, sigstore_.artefact); }

  // Where the artefact's SHA-256 is known alone.
  Verdict judged(const std::vector<Digests>& subjects) {
    std::vector<Subject> named;
    for (const Digests& digests : subjects) named.push_back({"a", digests});
    const Bundle bundle = sigstore_.sign_statement(write_statement(named, "p", "{}"));
    return verify(bundle, digest(HashAlgorithm::sha256, as_bytes(sigstore_.artefact)),
                  sigstore_.root(), sigstore_.policy());
  }

  testing::Sigstore sigstore_;
};

std::string reason(const Verdict& verdict) {
  return verdict.verified() ? "" : verdict.refusal->reason;
}

TEST_F(Subjects, ThatCannotBeComparedAreNoRefusal) {
  const Verdict verdict =
      judged({{right_by(HashAlgorithm::sha512)}, {named_by(HashAlgorithm::sha384, "another")}});
  EXPECT_EQ(reason(verdict), "ARTIFACT_DIGEST_MISSING");
  EXPECT_TRUE(verdict.undecided());
  EXPECT_EQ(verdict.refusal->message,
            "the statement names its subjects by the sha384 or sha512 digest, which is not known "
            "of the artefact: give the file");
}

TEST_F(Subjects, OfWhichOneDiffersAreAMismatch) {
  const Verdict verdict =
      judged({{right_by(HashAlgorithm::sha512)}, {named_by(HashAlgorithm::sha256, "another")}});
  EXPECT_EQ(reason(verdict), "SUBJECT_MISMATCH");
  EXPECT_FALSE(verdict.undecided());
}

TEST_F(Subjects, OfWhichOneIsTheArtefactAreEnough) {
  EXPECT_EQ(reason(judged({{right_by(HashAlgorithm::sha512)}, {right_by(HashAlgorithm::sha256)}})),
            "");
}

TEST_F(Subjects, NamedByWhatNoFileHasAreAMismatchThatSaysSo) {
  const Verdict verdict = judged({{{"gitCommit", "00"}}});
  EXPECT_EQ(reason(verdict), "SUBJECT_MISMATCH");
  EXPECT_FALSE(verdict.undecided()) << "its file would not help";
  EXPECT_NE(verdict.refusal->message.find("gitCommit"), std::string::npos)
      << verdict.refusal->message;
}

}  // namespace
}  // namespace chancery::bundle
