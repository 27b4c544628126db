#include "backends/pkcs11/mechanism.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/ec.h>

#include <array>
#include <memory>

namespace chancery::pkcs11 {
namespace {

struct FreeSignature {
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};

bool is_ecdsa(Algorithm algorithm) {
  return algorithm == Algorithm::ecdsa_p256_sha256 || algorithm == Algorithm::ecdsa_p384_sha384 ||
         algorithm == Algorithm::ecdsa_p521_sha512;
}

bool is_pss(Algorithm algorithm) { return is_rsa(algorithm) && !is_deterministic(algorithm); }

std::size_t field_bytes(Algorithm algorithm) {
  if (algorithm == Algorithm::ecdsa_p256_sha256) return 32;
  return algorithm == Algorithm::ecdsa_p384_sha384 ? 48 : 66;
}

// RFC 8017 9.2, note 1: DigestInfo of SHA-256, before the digest.
constexpr std::array<std::uint8_t, 19> sha256_info{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60,
                                                   0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                                                   0x01, 0x05, 0x00, 0x04, 0x20};

}  // namespace

bool is_supported(Algorithm algorithm) { return algorithm != Algorithm::ed25519_ph; }

CK_MECHANISM_TYPE mechanism_of(Algorithm algorithm) {
  if (is_ecdsa(algorithm)) return CKM_ECDSA;
  if (is_pss(algorithm)) return CKM_RSA_PKCS_PSS;
  return is_rsa(algorithm) ? CKM_RSA_PKCS : CKM_EDDSA;
}

CK_MECHANISM_TYPE generation_mechanism_of(Algorithm algorithm) {
  if (is_rsa(algorithm)) return CKM_RSA_PKCS_KEY_PAIR_GEN;
  return is_ecdsa(algorithm) ? CKM_EC_KEY_PAIR_GEN : CKM_EC_EDWARDS_KEY_PAIR_GEN;
}

Mechanism::Mechanism(Algorithm algorithm) {
  mechanism_.mechanism = mechanism_of(algorithm);
  if (!is_pss(algorithm)) return;
  pss_ = {CKM_SHA256, CKG_MGF1_SHA256, digest_bytes(HashAlgorithm::sha256)};
  mechanism_.pParameter = &pss_;
  mechanism_.ulParameterLen = sizeof pss_;
}

Result<Bytes> token_input(Algorithm algorithm, ByteView input) {
  Bytes out;
  out.reserve(sha256_info.size() + input.size());  // also for an empty message: no null pointer
  if (takes_message(algorithm)) {
    out.assign(input.begin(), input.end());
    return out;
  }
  const std::size_t wanted = digest_bytes(hash_of(algorithm));
  if (input.size() != wanted) {
    return invalid_request("DIGEST_LENGTH_WRONG",
                           fmt::format("{} takes a digest of {} bytes, not {}", name_of(algorithm),
                                       wanted, input.size()));
  }
  if (is_rsa(algorithm) && !is_pss(algorithm)) out.assign(sha256_info.begin(), sha256_info.end());
  append(out, input);
  return out;
}

Result<Bytes> contract_signature(Algorithm algorithm, Bytes from_token) {
  if (!is_ecdsa(algorithm)) return from_token;
  const std::size_t half = field_bytes(algorithm);
  if (from_token.size() != 2 * half) {
    return internal("SIGNING_FAILED", fmt::format("the token answered with {} bytes instead of {}",
                                                  from_token.size(), 2 * half));
  }
  const std::unique_ptr<ECDSA_SIG, FreeSignature> signature(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(from_token.data(), static_cast<int>(half), nullptr);
  BIGNUM* s = BN_bin2bn(from_token.data() + half, static_cast<int>(half), nullptr);
  CHANCERY_ASSERT(ECDSA_SIG_set0(signature.get(), r, s) == 1);  // it owns them now
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  CHANCERY_ASSERT(size > 0);
  Bytes out(der, der + size);
  OPENSSL_free(der);
  return out;
}

}  // namespace chancery::pkcs11
