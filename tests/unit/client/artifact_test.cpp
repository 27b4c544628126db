#include "client/files/artifact.h"

#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/base/limits/command.h"
#include "tests/support/temporary_directory.h"

namespace chancery::client {
namespace {

using testing::TemporaryDirectory;
using testing::write_text;

const std::string digest_of_abc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // FIPS 180-4's example

TEST(Artifact, AFileIsHashedWithTheAlgorithmAskedFor) {
  const TemporaryDirectory directory;
  write_text(directory / "abc", "abc");
  const Artifact artifact{ArtifactFile{directory / "abc"}};
  EXPECT_EQ(digest_text(digest_of(artifact, HashAlgorithm::sha256, {}).value()),
            "sha256:" + digest_of_abc);
  EXPECT_EQ(digest_of(artifact, HashAlgorithm::sha384, {})->value.size(), 48U);
}

TEST(Artifact, AnEmptyFileHasTheDigestOfNothing) {
  const TemporaryDirectory directory;
  write_text(directory / "empty", "");
  const Artifact artifact{ArtifactFile{directory / "empty"}};
  EXPECT_EQ(digest_of(artifact, HashAlgorithm::sha256, {}).value(),
            digest(HashAlgorithm::sha256, {}));
}

TEST(Artifact, AFileOverSeveralChunksIsHashedWholeAndItsProgressReported) {
  const TemporaryDirectory directory;
  const std::string content(2 * limits::artifact_chunk_bytes + 17, 'x');
  write_text(directory / "large", content);
  std::vector<std::uint64_t> seen;
  const auto hashed = digest_of(Artifact{ArtifactFile{directory / "large"}}, HashAlgorithm::sha256,
                                [&](const ReadProgress& progress) {
                                  EXPECT_EQ(progress.bytes_all, content.size());
                                  seen.push_back(progress.bytes_read);
                                });
  EXPECT_EQ(hashed.value(), digest(HashAlgorithm::sha256, as_bytes(content)));
  EXPECT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen.back(), content.size());
}

TEST(Artifact, ADigestThatIsNotTakenIsNoMissingFile) {
  for (const std::string argument :
       {"sha1:2fd4e1c67a2d28fced849ee1bb76e7391b93eb12", "md5:9e107d9d372bb6826bd81d3542a419d6",
        "SHA256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}) {
    const auto artifact = parse_artifact(argument);
    ASSERT_FALSE(artifact.ok()) << argument;
    EXPECT_EQ(artifact.error().reason, "DIGEST_MALFORMED");
    EXPECT_NE(artifact.error().message.find("only sha256:, sha384: and sha512: are taken"),
              std::string::npos);
    EXPECT_TRUE(parse_artifact("./" + argument).ok());
  }
  for (const char* file : {"sha1:", "sha1:abc", "sha1:notes.txt", "c:abc"}) {
    EXPECT_TRUE(parse_artifact(file).ok()) << file;
  }
}

TEST(Artifact, AMissingFileIsNotFoundAndNamed) {
  const auto hashed = digest_of(Artifact{ArtifactFile{"/no/such/file"}}, HashAlgorithm::sha256, {});
  ASSERT_FALSE(hashed.ok());
  EXPECT_EQ(hashed.error().reason, "FILE_NOT_FOUND");
  EXPECT_NE(hashed.error().message.find("/no/such/file"), std::string::npos);
}

TEST(Artifact, ADirectoryIsRefused) {
  const TemporaryDirectory directory;
  const auto hashed =
      digest_of(Artifact{ArtifactFile{directory.path()}}, HashAlgorithm::sha256, {});
  ASSERT_FALSE(hashed.ok());
  EXPECT_EQ(hashed.error().reason, "FILE_IS_DIRECTORY");
}

TEST(Artifact, ADigestStandsForItself) {
  const Artifact artifact = parse_artifact("sha256:" + digest_of_abc).value();
  EXPECT_EQ(artifact.file(), nullptr);
  EXPECT_EQ(hex_encode(digest_of(artifact, HashAlgorithm::sha256, {})->value), digest_of_abc);
}

TEST(Artifact, ADigestOfAnotherAlgorithmThanTheKeysIsRefused) {
  const Artifact artifact = parse_artifact("sha256:" + digest_of_abc).value();
  const auto hashed = digest_of(artifact, HashAlgorithm::sha384, {});
  ASSERT_FALSE(hashed.ok());
  EXPECT_EQ(hashed.error().reason, "DIGEST_ALGORITHM_WRONG");
}

TEST(Artifact, WhatOnlyContainsAColonIsAFileName) {
  EXPECT_EQ(parse_artifact("md5:abc")->file()->path, "md5:abc");
  EXPECT_EQ(parse_artifact("./sha256:abc")->file()->path, "./sha256:abc");
}

class MalformedDigest : public ::testing::TestWithParam<std::string> {};
TEST_P(MalformedDigest, IsRefused) {
  const auto parsed = parse_digest(GetParam());
  ASSERT_FALSE(parsed.ok()) << GetParam();
  EXPECT_EQ(parsed.error().reason, "DIGEST_MALFORMED");
}
INSTANTIATE_TEST_SUITE_P(
    Forms, MalformedDigest,
    ::testing::Values("", "sha256", "sha256:", "sha256:abc", "md5:d41d8cd98f00b204e9800998ecf8427e",
                      "sha256:" + std::string(64, 'G'), "sha256:" + std::string(64, 'A'),
                      "sha256:" + digest_of_abc + "00", "sha384:" + digest_of_abc, digest_of_abc));

TEST(Artifact, StandardInputHasNoFileName) {
  EXPECT_TRUE(parse_artifact("-")->file()->is_standard_input());
  EXPECT_EQ(parse_artifact("-")->file_name(), "");
  EXPECT_EQ(parse_artifact("dist/app.tar")->file_name(), "app.tar");
}

}  // namespace
}  // namespace chancery::client
