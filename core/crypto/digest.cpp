#include "core/crypto/digest.h"

#include <openssl/evp.h>

#include "core/base/encoding.h"
#include "core/base/result.h"

namespace chancery {
namespace {

// Fetched once: an implicit fetch for each hash costs more than hashing a short input.
const EVP_MD* fetched(HashAlgorithm algorithm) {
  static const EVP_MD* const sha256_md = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  static const EVP_MD* const sha384_md = EVP_MD_fetch(nullptr, "SHA2-384", nullptr);
  static const EVP_MD* const sha512_md = EVP_MD_fetch(nullptr, "SHA2-512", nullptr);
  switch (algorithm) {
    case HashAlgorithm::sha256:
      return sha256_md;
    case HashAlgorithm::sha384:
      return sha384_md;
    case HashAlgorithm::sha512:
      return sha512_md;
  }
  return nullptr;
}

void begin(EVP_MD_CTX* context, HashAlgorithm algorithm) {
  CHANCERY_ASSERT(EVP_DigestInit_ex2(context, fetched(algorithm), nullptr) == 1);
}

}  // namespace

Sha256 sha256(ByteView bytes) { return sha256({bytes}); }

Sha256 sha256(std::initializer_list<ByteView> parts) {
  thread_local const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                                EVP_MD_CTX_free);
  begin(context.get(), HashAlgorithm::sha256);
  for (const ByteView part : parts) {
    CHANCERY_ASSERT(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  }
  Sha256 out;
  CHANCERY_ASSERT(EVP_DigestFinal_ex(context.get(), out.data(), nullptr) == 1);
  return out;
}

Digest digest(HashAlgorithm algorithm, ByteView bytes) {
  DigestStream stream(algorithm);
  stream.update(bytes);
  return stream.finish();
}

std::string digest_text(const Digest& digest) {
  return std::string(name_of(digest.algorithm)) + ":" + hex_encode(digest.value);
}

void DigestStream::Free::operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }

DigestStream::DigestStream(HashAlgorithm algorithm)
    : algorithm_(algorithm), context_(EVP_MD_CTX_new()) {
  CHANCERY_ASSERT(context_ != nullptr);
  begin(context_.get(), algorithm);
}
DigestStream::~DigestStream() = default;
DigestStream::DigestStream(DigestStream&&) noexcept = default;
DigestStream& DigestStream::operator=(DigestStream&&) noexcept = default;

void DigestStream::update(ByteView bytes) {
  CHANCERY_ASSERT(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

Digest DigestStream::finish() {
  Digest out{algorithm_, Bytes(digest_bytes(algorithm_))};
  CHANCERY_ASSERT(EVP_DigestFinal_ex(context_.get(), out.value.data(), nullptr) == 1);
  return out;
}

}  // namespace chancery
