#include "core/crypto/public_key.h"

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <optional>

#include "core/crypto/ed25519_ph.h"
#include "core/crypto/openssl.h"
#include "core/crypto/pem.h"
#include "core/crypto/spki.h"

namespace chancery {
namespace {

constexpr std::string_view pem_label = "PUBLIC KEY";

std::optional<Algorithm> algorithm_of(EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_ED25519:
      return Algorithm::ed25519;
    case EVP_PKEY_RSA:
      if (bits == 2048) return Algorithm::rsa_pkcs1v15_2048_sha256;
      if (bits == 3072) return Algorithm::rsa_pkcs1v15_3072_sha256;
      if (bits == 4096) return Algorithm::rsa_pkcs1v15_4096_sha256;
      return std::nullopt;
    case EVP_PKEY_EC: {
      char group[64];
      std::size_t length = 0;
      if (EVP_PKEY_get_group_name(key, group, sizeof group, &length) != 1) return std::nullopt;
      const std::string_view name(group, length);
      if (name == "prime256v1" || name == "P-256") return Algorithm::ecdsa_p256_sha256;
      if (name == "secp384r1" || name == "P-384") return Algorithm::ecdsa_p384_sha384;
      if (name == "secp521r1" || name == "P-521") return Algorithm::ecdsa_p521_sha512;
      return std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

// For people, of a key that we do not take: "RSA-1024", "secp256k1", "ED448".
std::string kind_of(EVP_PKEY* key) {
  char group[64];
  std::size_t length = 0;
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) {
    return fmt::format("RSA-{}", EVP_PKEY_get_bits(key));
  }
  if (EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1) return {group, length};
  const char* type = EVP_PKEY_get0_type_name(key);
  return type == nullptr ? "a key of a type without a name" : type;
}

bool is_pss(Algorithm algorithm) { return is_rsa(algorithm) && !is_deterministic(algorithm); }

Error bad_signature() {
  ERR_clear_error();
  return invalid_request("SIGNATURE_INVALID", "the signature does not verify with this public key");
}

Error wrong_length(HashAlgorithm hash, std::size_t bytes) {
  return invalid_request(
      "DIGEST_LENGTH_WRONG",
      fmt::format("a {} digest has {} bytes, not {}", name_of(hash), digest_bytes(hash), bytes));
}

bool verifies(EVP_PKEY* key, HashAlgorithm hash, bool pss, ByteView digest, ByteView signature) {
  const openssl::KeyContext context(EVP_PKEY_CTX_new(key, nullptr));
  if (context == nullptr || EVP_PKEY_verify_init(context.get()) != 1) return false;
  // ECDSA takes a digest as it is: to be told the hash, it would fetch all there are.
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
      EVP_PKEY_CTX_set_signature_md(context.get(), openssl::hash_function(hash)) != 1) {
    return false;
  }
  if (pss && (EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) != 1 ||
              EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) != 1)) {
    return false;
  }
  return EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.data(),
                         digest.size()) == 1;
}

Error wrong_algorithm(Algorithm key, Algorithm asked) {
  return invalid_request("ALGORITHM_MISMATCH", fmt::format("a key for {} cannot verify {}",
                                                           name_of(key), name_of(asked)));
}

}  // namespace

bool fits(Algorithm key, Algorithm algorithm) {
  if (key == algorithm) return true;
  if (is_rsa(key)) return rsa_bits(key) == rsa_bits(algorithm);
  return key == Algorithm::ed25519 && algorithm == Algorithm::ed25519_ph;
}

Error unsupported_public_key(std::string_view kind) {
  return invalid_request("PUBLIC_KEY_UNSUPPORTED",
                         fmt::format("it is {}: public keys are P-256, P-384, P-521, RSA 2048, "
                                     "3072, 4096 or Ed25519",
                                     kind));
}

PublicKey::PublicKey(std::shared_ptr<EVP_PKEY> key, Algorithm algorithm, Bytes spki)
    : key_(std::move(key)), algorithm_(algorithm), spki_(std::move(spki)) {}

Result<PublicKey> PublicKey::from_spki(ByteView der) {
  std::shared_ptr<EVP_PKEY> key = openssl::read_spki(der);
  if (key == nullptr) {
    if (const auto kind = openssl::foreign_kind(der)) return unsupported_public_key(*kind);
    return invalid_request("PUBLIC_KEY_MALFORMED", "not a DER SubjectPublicKeyInfo");
  }
  return make(std::move(key), to_bytes(der));
}

Result<PublicKey> PublicKey::adopt(EVP_PKEY* key, Bytes spki) {
  return make(std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free), std::move(spki));
}

Result<PublicKey> PublicKey::make(std::shared_ptr<EVP_PKEY> key, Bytes spki) {
  const std::optional<Algorithm> algorithm = algorithm_of(key.get());
  if (!algorithm) {
    return unsupported_public_key(kind_of(key.get()));
  }
  return PublicKey(std::move(key), *algorithm, std::move(spki));
}

Result<PublicKey> PublicKey::from_pkcs1(ByteView der) {
  const unsigned char* cursor = der.data();
  const openssl::Owned<EVP_PKEY, EVP_PKEY_free> key(
      d2i_PublicKey(EVP_PKEY_RSA, nullptr, &cursor, static_cast<long>(der.size())));
  unsigned char* spki = nullptr;
  const int length = key == nullptr ? -1 : i2d_PUBKEY(key.get(), &spki);
  if (length <= 0 || cursor != der.data() + der.size()) {
    ERR_clear_error();
    return invalid_request("PUBLIC_KEY_MALFORMED", "not a DER RSAPublicKey");
  }
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(
      spki, [](unsigned char* bytes) { OPENSSL_free(bytes); });
  return from_spki({spki, static_cast<std::size_t>(length)});
}

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
  const auto blocks = parse_pem(pem);
  if (!blocks.ok()) return invalid_request("PUBLIC_KEY_MALFORMED", blocks.error().message);
  if (blocks->size() != 1 || blocks->front().label != pem_label) {
    return invalid_request("PUBLIC_KEY_MALFORMED", "one \"PUBLIC KEY\" PEM block is expected");
  }
  return from_spki(blocks->front().der);
}

std::string PublicKey::pem() const { return write_pem(pem_label, spki_); }

Result<Bytes> PublicKey::ed25519_bytes() const {
  Bytes raw(32);
  std::size_t length = raw.size();
  if (algorithm_ != Algorithm::ed25519 ||
      EVP_PKEY_get_raw_public_key(key_.get(), raw.data(), &length) != 1) {
    return wrong_algorithm(algorithm_, Algorithm::ed25519);
  }
  return raw;
}

Result<void> PublicKey::verify_digest(Algorithm algorithm, ByteView digest,
                                      ByteView signature) const {
  if (!fits(algorithm_, algorithm) || takes_message(algorithm)) {
    return wrong_algorithm(algorithm_, algorithm);
  }
  const HashAlgorithm hash = hash_of(algorithm);
  if (digest.size() != digest_bytes(hash)) return wrong_length(hash, digest.size());
  if (algorithm == Algorithm::ed25519_ph) {
    const Bytes raw = TRY(ed25519_bytes());
    if (!verifies_ed25519_ph(raw, digest, signature)) return bad_signature();
    return {};
  }
  if (!verifies(key_.get(), hash, is_pss(algorithm), digest, signature)) return bad_signature();
  return {};
}

Result<void> PublicKey::verify_ecdsa_digest(HashAlgorithm hash, ByteView digest,
                                            ByteView signature) const {
  if (is_rsa(algorithm_) || algorithm_ == Algorithm::ed25519) {
    return wrong_algorithm(algorithm_, Algorithm::ecdsa_p256_sha256);
  }
  if (digest.size() != digest_bytes(hash)) return wrong_length(hash, digest.size());
  if (!verifies(key_.get(), hash, false, digest, signature)) return bad_signature();
  return {};
}

Result<void> PublicKey::verify_message(Algorithm algorithm, ByteView message,
                                       ByteView signature) const {
  if (!takes_message(algorithm)) {
    return verify_digest(algorithm, digest(hash_of(algorithm), message).value, signature);
  }
  if (!fits(algorithm_, algorithm)) return wrong_algorithm(algorithm_, algorithm);
  const openssl::Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                       message.size()) != 1) {
    return bad_signature();
  }
  return {};
}

}  // namespace chancery
