// What the command line names to be signed or verified: a file, standard input, or a digest.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/digest.h"

namespace chancery::client {

// "-" is standard input.
struct ArtifactFile {
  std::filesystem::path path;
  bool is_standard_input() const { return path == "-"; }
};

struct Artifact {
  std::variant<ArtifactFile, Digest> source;

  const ArtifactFile* file() const { return std::get_if<ArtifactFile>(&source); }
  const Digest* digest() const { return std::get_if<Digest>(&source); }
  std::string name() const;  // as the user wrote it
  // The last part of the path; empty where there is none.
  std::string file_name() const;
  // The same for the record and for statements: empty too where it is no plain text, or too long.
  std::string recordable_name() const;
};

// "sha256:HEX". Errors (invalid_request): DIGEST_MALFORMED, which says what was expected.
Result<Digest> parse_digest(std::string_view text);

// FILE, "-" or sha256:HEX. A file that is named like a digest, of whatever algorithm, is
// "./sha256:...". Error: DIGEST_MALFORMED.
Result<Artifact> parse_artifact(std::string_view argument);

// How far the reading of one artefact has come; bytes_all is 0 where nobody can know.
struct ReadProgress {
  std::string_view name;
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_all = 0;
  ByteView chunk = {};  // what was read last
};
using OnRead = std::function<void(const ReadProgress&)>;

// Reads the artefact once, as a stream, in constant memory; `on_read` is called after each chunk.
// Errors: not_found FILE_NOT_FOUND, unavailable FILE_UNREADABLE, invalid_request FILE_IS_DIRECTORY.
Result<std::vector<Digest>> hash_file(const ArtifactFile& file,
                                      const std::vector<HashAlgorithm>& algorithms,
                                      const OnRead& on_read);

// One digest, of a file or as it was given. Errors: those of hash_file; invalid_request
// DIGEST_ALGORITHM_WRONG (a digest was given, made by another algorithm than the key's).
Result<Digest> digest_of(const Artifact& artifact, HashAlgorithm algorithm, const OnRead& on_read);

}  // namespace chancery::client
