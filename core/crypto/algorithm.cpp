#include "core/crypto/algorithm.h"

#include <array>

namespace chancery {
namespace {

struct HashFacts {
  HashAlgorithm hash;
  std::string_view name;
  std::string_view sigstore_name;
  std::size_t bytes;
};
constexpr std::array hashes = {
    HashFacts{HashAlgorithm::sha256, "sha256", "SHA2_256", 32},
    HashFacts{HashAlgorithm::sha384, "sha384", "SHA2_384", 48},
    HashFacts{HashAlgorithm::sha512, "sha512", "SHA2_512", 64},
};

struct AlgorithmFacts {
  Algorithm algorithm;
  std::string_view name;
  std::string_view key_details;
  HashAlgorithm hash;
  unsigned rsa_bits;
  bool deterministic;
  bool loggable;
};
constexpr std::array algorithms = {
    AlgorithmFacts{Algorithm::ecdsa_p256_sha256, "ecdsa-p256-sha256", "PKIX_ECDSA_P256_SHA_256",
                   HashAlgorithm::sha256, 0, false, true},
    AlgorithmFacts{Algorithm::ecdsa_p384_sha384, "ecdsa-p384-sha384", "PKIX_ECDSA_P384_SHA_384",
                   HashAlgorithm::sha384, 0, false, true},
    AlgorithmFacts{Algorithm::ecdsa_p521_sha512, "ecdsa-p521-sha512", "PKIX_ECDSA_P521_SHA_512",
                   HashAlgorithm::sha512, 0, false, true},
    AlgorithmFacts{Algorithm::rsa_pkcs1v15_2048_sha256, "rsa-pkcs1v15-2048-sha256",
                   "PKIX_RSA_PKCS1V15_2048_SHA256", HashAlgorithm::sha256, 2048, true, true},
    AlgorithmFacts{Algorithm::rsa_pkcs1v15_3072_sha256, "rsa-pkcs1v15-3072-sha256",
                   "PKIX_RSA_PKCS1V15_3072_SHA256", HashAlgorithm::sha256, 3072, true, true},
    AlgorithmFacts{Algorithm::rsa_pkcs1v15_4096_sha256, "rsa-pkcs1v15-4096-sha256",
                   "PKIX_RSA_PKCS1V15_4096_SHA256", HashAlgorithm::sha256, 4096, true, true},
    AlgorithmFacts{Algorithm::rsa_pss_2048_sha256, "rsa-pss-2048-sha256",
                   "PKIX_RSA_PSS_2048_SHA256", HashAlgorithm::sha256, 2048, false, false},
    AlgorithmFacts{Algorithm::rsa_pss_3072_sha256, "rsa-pss-3072-sha256",
                   "PKIX_RSA_PSS_3072_SHA256", HashAlgorithm::sha256, 3072, false, false},
    AlgorithmFacts{Algorithm::rsa_pss_4096_sha256, "rsa-pss-4096-sha256",
                   "PKIX_RSA_PSS_4096_SHA256", HashAlgorithm::sha256, 4096, false, false},
    AlgorithmFacts{Algorithm::ed25519, "ed25519", "PKIX_ED25519", HashAlgorithm::sha512, 0, true,
                   false},
    AlgorithmFacts{Algorithm::ed25519_ph, "ed25519-ph", "PKIX_ED25519_PH", HashAlgorithm::sha512, 0,
                   true, true},
};

const HashFacts& facts_of(HashAlgorithm hash) { return hashes[static_cast<std::size_t>(hash)]; }
const AlgorithmFacts& facts_of(Algorithm algorithm) {
  return algorithms[static_cast<std::size_t>(algorithm)];
}

}  // namespace

std::size_t digest_bytes(HashAlgorithm hash) { return facts_of(hash).bytes; }
std::string_view name_of(HashAlgorithm hash) { return facts_of(hash).name; }
std::string_view sigstore_name_of(HashAlgorithm hash) { return facts_of(hash).sigstore_name; }

std::optional<HashAlgorithm> hash_named(std::string_view name) {
  for (const HashFacts& facts : hashes) {
    if (facts.name == name) return facts.hash;
  }
  return std::nullopt;
}

std::optional<HashAlgorithm> hash_with_sigstore_name(std::string_view name) {
  for (const HashFacts& facts : hashes) {
    if (facts.sigstore_name == name) return facts.hash;
  }
  return std::nullopt;
}

std::string_view name_of(Algorithm algorithm) { return facts_of(algorithm).name; }
std::string_view key_details_of(Algorithm algorithm) { return facts_of(algorithm).key_details; }

std::optional<Algorithm> algorithm_named(std::string_view name) {
  for (const AlgorithmFacts& facts : algorithms) {
    if (facts.name == name) return facts.algorithm;
  }
  return std::nullopt;
}

std::optional<Algorithm> algorithm_with_key_details(std::string_view key_details) {
  for (const AlgorithmFacts& facts : algorithms) {
    if (facts.key_details == key_details) return facts.algorithm;
  }
  return std::nullopt;
}

HashAlgorithm hash_of(Algorithm algorithm) { return facts_of(algorithm).hash; }
bool takes_message(Algorithm algorithm) { return algorithm == Algorithm::ed25519; }
bool is_deterministic(Algorithm algorithm) { return facts_of(algorithm).deterministic; }
bool is_rsa(Algorithm algorithm) { return rsa_bits(algorithm) != 0; }
unsigned rsa_bits(Algorithm algorithm) { return facts_of(algorithm).rsa_bits; }
bool is_loggable(Algorithm algorithm) { return facts_of(algorithm).loggable; }

}  // namespace chancery
