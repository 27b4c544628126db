#include "core/crypto/ed25519_ph.h"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace chancery {
namespace {

using Scalar = std::array<std::uint8_t, crypto_core_ed25519_SCALARBYTES>;
using Point = std::array<std::uint8_t, crypto_core_ed25519_BYTES>;

Scalar reduce(const std::array<std::uint8_t, crypto_core_ed25519_NONREDUCEDSCALARBYTES>& wide) {
  Scalar scalar;
  crypto_core_ed25519_scalar_reduce(scalar.data(), wide.data());
  return scalar;
}

// RFC 8032 5.1.7: a second encoding of the same S, larger than the group's order, is refused.
bool is_reduced(const Scalar& scalar) {
  std::array<std::uint8_t, crypto_core_ed25519_NONREDUCEDSCALARBYTES> wide{};
  std::ranges::copy(scalar, wide.begin());
  return reduce(wide) == scalar;
}

// RFC 8032 5.1.7, step 2: k = SHA-512(dom2(1, "") || R || A || PH(M)).
Scalar challenge(ByteView commitment, ByteView key, ByteView sha512_digest) {
  // RFC 8032 2: dom2(x, y) is the text, octet(x), octet(OLEN(y)) and y; here x = 1, no context.
  constexpr std::string_view dom2("SigEd25519 no Ed25519 collisions\x01\x00", 34);
  crypto_hash_sha512_state state;
  std::array<std::uint8_t, crypto_hash_sha512_BYTES> wide;
  crypto_hash_sha512_init(&state);
  for (const ByteView part : {as_bytes(dom2), commitment, key, sha512_digest}) {
    crypto_hash_sha512_update(&state, part.data(), part.size());
  }
  crypto_hash_sha512_final(&state, wide.data());
  return reduce(wide);
}

}  // namespace

// libsodium's crypto_sign_final_verify wants the message, and a verifier is often given only its
// digest: so the last equation is written here over libsodium's group operations. Nothing in it is
// secret. The test holds it to crypto_sign_final_verify.
bool verifies_ed25519_ph(ByteView key, ByteView sha512_digest, ByteView signature) {
  if (key.size() != crypto_sign_PUBLICKEYBYTES || signature.size() != crypto_sign_BYTES ||
      sha512_digest.size() != crypto_hash_sha512_BYTES || sodium_init() < 0) {
    return false;
  }
  const ByteView commitment = signature.first(crypto_core_ed25519_BYTES);
  Scalar s;
  std::ranges::copy(signature.subspan(crypto_core_ed25519_BYTES), s.begin());
  const Scalar k = challenge(commitment, key, sha512_digest);
  Point s_base;
  Point k_key;
  Point expected;
  // R = [S]B - [k]A. Small-order and non-canonical points are refused by the operations.
  return is_reduced(s) && crypto_scalarmult_ed25519_base_noclamp(s_base.data(), s.data()) == 0 &&
         crypto_scalarmult_ed25519_noclamp(k_key.data(), k.data(), key.data()) == 0 &&
         crypto_core_ed25519_sub(expected.data(), s_base.data(), k_key.data()) == 0 &&
         equal(expected, commitment);
}

}  // namespace chancery
