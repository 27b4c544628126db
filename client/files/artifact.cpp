#include "client/files/artifact.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <memory>
#include <vector>

#include "core/base/encoding.h"
#include "core/base/limits/command.h"
#include "core/base/limits/statements.h"
#include "core/base/utf8.h"
#include "wire/descriptor.h"

namespace chancery::client {

namespace {

Error malformed(std::string_view text, std::string_view expected) {
  return invalid_request("DIGEST_MALFORMED", fmt::format("'{}' is no digest: {}", text, expected));
}

Result<wire::Descriptor> open_artifact(const ArtifactFile& file) {
  if (file.is_standard_input()) return wire::Descriptor(::dup(STDIN_FILENO));
  wire::Descriptor opened(::open(file.path.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.is_open()) return opened;
  if (errno == ENOENT)
    return not_found("FILE_NOT_FOUND", file.path.string() + ": there is no such file");
  return system_error("FILE_UNREADABLE", file.path.string() + ": cannot read it", errno);
}

Result<std::uint64_t> size_of(const wire::Descriptor& opened, const ArtifactFile& file) {
  struct stat status {};
  if (::fstat(opened.number(), &status) != 0)
    return system_error("FILE_UNREADABLE", file.path.string() + ": cannot read it", errno);
  if (S_ISDIR(status.st_mode))
    return invalid_request("FILE_IS_DIRECTORY",
                           file.path.string() + ": is a directory; name the files in it");
  return S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
}

// Calls `take` with each chunk.
template <typename Take>
Result<void> read_chunks(const wire::Descriptor& opened, const std::string& name, Take take) {
  // Not zeroed first: of many small files that would be most of the work.
  const auto chunk = std::make_unique_for_overwrite<std::uint8_t[]>(limits::artifact_chunk_bytes);
  for (;;) {
    const ssize_t count = ::read(opened.number(), chunk.get(), limits::artifact_chunk_bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("FILE_UNREADABLE", name + ": cannot read it", errno);
    if (count == 0) return {};
    take(ByteView(chunk.get(), static_cast<std::size_t>(count)));
  }
}

// Of an algorithm that is not taken, or not written as here: "sha1:HEX", "SHA256:HEX".
bool looks_like_digest(std::string_view argument) {
  const std::size_t colon = argument.find(':');
  constexpr std::size_t digits_of_md5 = 32;  // the shortest
  if (colon == std::string_view::npos || argument.size() - colon <= digits_of_md5) return false;
  constexpr std::string_view hexadecimal = "0123456789abcdefABCDEF";
  if (argument.find_first_not_of(hexadecimal, colon + 1) != std::string_view::npos) return false;
  std::string algorithm(argument.substr(0, colon));
  for (char& c : algorithm) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  constexpr std::array<std::string_view, 8> known = {"md5",    "sha1",   "sha-1",  "sha224",
                                                     "sha256", "sha384", "sha512", "sha3-256"};
  return std::ranges::find(known, algorithm) != known.end();
}

}  // namespace

std::string Artifact::name() const {
  return digest() != nullptr ? digest_text(*digest()) : file()->path.string();
}

std::string Artifact::file_name() const {
  if (file() == nullptr || file()->is_standard_input()) return {};
  return file()->path.filename().string();
}

std::string Artifact::recordable_name() const {
  std::string name = file_name();
  return name.size() <= limits::name_bytes_max && is_plain_text(name) ? name : "";
}

Result<Digest> parse_digest(std::string_view text) {
  const std::size_t colon = text.find(':');
  const auto algorithm = hash_named(text.substr(0, colon));
  if (colon == std::string_view::npos || !algorithm)
    return malformed(text, "expected sha256:, sha384: or sha512: and lower-case hexadecimal");
  Result<Bytes> value = hex_decode(text.substr(colon + 1));
  if (!value || value->size() != digest_bytes(*algorithm))
    return malformed(text, fmt::format("{} lower-case hexadecimal digits must follow the colon",
                                       2 * digest_bytes(*algorithm)));
  return Digest{*algorithm, std::move(*value)};
}

Result<Artifact> parse_artifact(std::string_view argument) {
  const std::size_t colon = argument.find(':');
  if (colon != std::string_view::npos && hash_named(argument.substr(0, colon)))
    return Artifact{TRY(parse_digest(argument))};
  if (looks_like_digest(argument))
    return malformed(argument,
                     fmt::format("only sha256:, sha384: and sha512: are taken, in lower case; a "
                                 "file of that name is ./{}",
                                 argument));
  return Artifact{ArtifactFile{std::string(argument)}};
}

Result<std::vector<Digest>> hash_file(const ArtifactFile& file,
                                      const std::vector<HashAlgorithm>& algorithms,
                                      const OnRead& on_read) {
  const std::string name = file.path.string();
  const wire::Descriptor opened = TRY(open_artifact(file));
  ReadProgress progress{name, 0, TRY(size_of(opened, file))};
  ::posix_fadvise(opened.number(), 0, 0, POSIX_FADV_SEQUENTIAL);

  std::vector<DigestStream> streams;
  for (const HashAlgorithm algorithm : algorithms) streams.emplace_back(algorithm);
  TRY(read_chunks(opened, name, [&](ByteView chunk) {
    for (DigestStream& stream : streams) stream.update(chunk);
    progress.bytes_read += chunk.size();
    progress.chunk = chunk;
    if (on_read) on_read(progress);
  }));
  std::vector<Digest> digests;
  for (DigestStream& stream : streams) digests.push_back(stream.finish());
  return digests;
}

Result<Digest> digest_of(const Artifact& artifact, HashAlgorithm algorithm, const OnRead& on_read) {
  if (artifact.file() != nullptr)
    return TRY(hash_file(*artifact.file(), {algorithm}, on_read)).front();
  const Digest& digest = *artifact.digest();
  if (digest.algorithm != algorithm)
    return invalid_request("DIGEST_ALGORITHM_WRONG",
                           fmt::format("{}: the key signs {} digests, this is {}", artifact.name(),
                                       name_of(algorithm), name_of(digest.algorithm)));
  return digest;
}

}  // namespace chancery::client
