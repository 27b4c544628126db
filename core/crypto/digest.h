// Hashes, whole and as a stream. libcrypto does the work.
#pragma once

#include <array>
#include <initializer_list>
#include <memory>
#include <string>

#include "core/crypto/algorithm.h"

struct evp_md_ctx_st;

namespace chancery {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(ByteView bytes);
// SHA-256 of the concatenation of the parts.
Sha256 sha256(std::initializer_list<ByteView> parts);

// A digest and what made it; `value` has digest_bytes(algorithm) bytes.
struct Digest {
  HashAlgorithm algorithm = HashAlgorithm::sha256;
  Bytes value;
  bool operator==(const Digest&) const = default;
};
Digest digest(HashAlgorithm algorithm, ByteView bytes);
std::string digest_text(const Digest& digest);  // "sha256:HEX", in lower case

// Hashes a stream. One thread; finish() once.
class DigestStream {
 public:
  explicit DigestStream(HashAlgorithm algorithm);
  ~DigestStream();
  DigestStream(DigestStream&&) noexcept;
  DigestStream& operator=(DigestStream&&) noexcept;

  void update(ByteView bytes);
  Digest finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  HashAlgorithm algorithm_;
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace chancery
