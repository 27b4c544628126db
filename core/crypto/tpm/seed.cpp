#include "core/crypto/tpm/seed.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <array>

#include "core/crypto/openssl.h"

namespace chancery::tpm2 {
namespace {

using openssl::KeyContext;
using Key = openssl::Owned<EVP_PKEY, EVP_PKEY_free>;

// Part 1, B.4 and C.6.4: with the zero that ends it.
constexpr std::string_view label{"IDENTITY\0", 9};
constexpr std::size_t coordinate_bytes = 32;  // of P-256

// Part 1, B.10.4: OAEP with SHA-256 and the label. Empty where libcrypto cannot.
Bytes encrypt(const PublicKey& endorsement_key, ByteView seed) {
  const KeyContext context(EVP_PKEY_CTX_new(endorsement_key.borrow(), nullptr));
  if (EVP_PKEY_encrypt_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) != 1 ||
      EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), EVP_sha256()) != 1 ||
      EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), EVP_sha256()) != 1) {
    return {};
  }
  void* copy = OPENSSL_memdup(label.data(), label.size());
  if (EVP_PKEY_CTX_set0_rsa_oaep_label(context.get(), copy, static_cast<int>(label.size())) != 1) {
    OPENSSL_free(copy);
    return {};
  }
  std::size_t size = rsa_bits(endorsement_key.algorithm()) / 8;
  Bytes out(size);
  const int done = EVP_PKEY_encrypt(context.get(), out.data(), &size, seed.data(), seed.size());
  return done == 1 ? out : Bytes();
}

// SEC 1, 2.3.3: a byte that says how the point is written, then x, then y unless it is compressed.
// Empty where libcrypto cannot.
Bytes point_of(EVP_PKEY* key) {
  unsigned char* point = nullptr;
  const std::size_t size = EVP_PKEY_get1_encoded_public_key(key, &point);
  Bytes out(point, point + size);
  OPENSSL_free(point);
  return out;
}

ByteView x_of(const Bytes& point) { return ByteView(point).subspan(1, coordinate_bytes); }
ByteView y_of(const Bytes& point) {
  return ByteView(point).subspan(1 + coordinate_bytes, coordinate_bytes);
}

// The x of the point that both sides arrive at. Empty where libcrypto cannot.
Bytes agree(EVP_PKEY* ours, EVP_PKEY* theirs) {
  const KeyContext context(EVP_PKEY_CTX_new(ours, nullptr));
  Bytes out(coordinate_bytes);
  std::size_t size = out.size();
  const bool is_done = EVP_PKEY_derive_init(context.get()) == 1 &&
                       EVP_PKEY_derive_set_peer(context.get(), theirs) == 1 &&
                       EVP_PKEY_derive(context.get(), out.data(), &size) == 1;
  return is_done && size == coordinate_bytes ? out : Bytes();
}

// Part 1, 11.4.10.3: KDFe (SP 800-56C, one step), of which one block is enough.
Bytes derive(ByteView agreed, ByteView ours_x, ByteView theirs_x) {
  constexpr std::array<std::uint8_t, 4> first_block{0, 0, 0, 1};
  Bytes input(first_block.begin(), first_block.end());
  append(input, agreed);
  append(input, as_bytes(label));
  append(input, ours_x);
  append(input, theirs_x);
  return digest(HashAlgorithm::sha256, input).value;
}

// Part 2, 11.2.5.2: TPMS_ECC_POINT, two TPM2B.
Bytes marshal_point(const Bytes& point) {
  Bytes out;
  for (const ByteView number : {x_of(point), y_of(point)}) {
    out.push_back(0);
    out.push_back(coordinate_bytes);
    append(out, number);
  }
  return out;
}

Error failed() {
  ERR_clear_error();
  return internal("CREDENTIAL_FAILED", "libcrypto cannot encrypt to the endorsement key");
}

Result<SharedSeed> agree_on_seed(const PublicKey& endorsement_key) {
  const Key ours(EVP_EC_gen("P-256"));
  if (ours == nullptr) return failed();
  const Bytes our_point = point_of(ours.get());
  const Bytes their_point = point_of(endorsement_key.borrow());
  const Bytes agreed = agree(ours.get(), endorsement_key.borrow());
  if (agreed.empty() || our_point.size() != 1 + 2 * coordinate_bytes ||
      their_point.size() < 1 + coordinate_bytes) {
    return failed();
  }
  return SharedSeed{derive(agreed, x_of(our_point), x_of(their_point)), marshal_point(our_point)};
}

// As people call a key's kind: its name without how it signs.
std::string_view kind_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::ecdsa_p256_sha256:
      return "P-256";
    case Algorithm::ecdsa_p384_sha384:
      return "P-384";
    case Algorithm::ecdsa_p521_sha512:
      return "P-521";
    case Algorithm::rsa_pkcs1v15_2048_sha256:
      return "RSA-2048";
    case Algorithm::rsa_pkcs1v15_3072_sha256:
      return "RSA-3072";
    case Algorithm::rsa_pkcs1v15_4096_sha256:
      return "RSA-4096";
    default:
      return name_of(algorithm);
  }
}

}  // namespace

bool takes_credentials(const PublicKey& endorsement_key) {
  return endorsement_key.algorithm() == Algorithm::rsa_pkcs1v15_2048_sha256 ||
         endorsement_key.algorithm() == Algorithm::ecdsa_p256_sha256;
}

Error unknown_kind(const PublicKey& endorsement_key, std::string_view what) {
  return unsupported("ENDORSEMENT_KEY_UNSUPPORTED",
                     fmt::format("{} is {}: known are RSA-2048 and P-256", what,
                                 kind_of(endorsement_key.algorithm())));
}

Result<SharedSeed> share_seed(const PublicKey& endorsement_key, ByteView random) {
  if (!takes_credentials(endorsement_key)) {
    return unknown_kind(endorsement_key, "the endorsement key");
  }
  if (!is_rsa(endorsement_key.algorithm())) return agree_on_seed(endorsement_key);
  Bytes encrypted = encrypt(endorsement_key, random);
  if (encrypted.empty()) return failed();
  return SharedSeed{to_bytes(random), std::move(encrypted)};
}

}  // namespace chancery::tpm2
