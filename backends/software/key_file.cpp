#include "backends/software/key_file.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace chancery::software {
namespace {

// A thief of the file has to pay for each guess; we pay it once a start (40 ms).
constexpr int passphrase_iterations = 100'000;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509_SIG* sealed) const { X509_SIG_free(sealed); }
  void operator()(PKCS8_PRIV_KEY_INFO* key) const { PKCS8_PRIV_KEY_INFO_free(key); }
};
using Memory = std::unique_ptr<BIO, Free>;
using Sealed = std::unique_ptr<X509_SIG, Free>;
using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Free>;

struct PemBlock {
  std::string label;
  Secret der;
};

Error damaged(std::string_view what) {
  ERR_clear_error();
  return corrupt("KEY_FILE_DAMAGED",
                 fmt::format("{} is damaged: restore it from a backup, or move it away", what));
}

Result<PemBlock> read_pem(ByteView pem, std::string_view what) {
  const Memory bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  char* label = nullptr;
  char* header = nullptr;
  unsigned char* der = nullptr;
  long size = 0;
  if (PEM_read_bio(bio.get(), &label, &header, &der, &size) != 1) return damaged(what);
  PemBlock block{label, Secret(Bytes(der, der + size))};
  OPENSSL_free(label);
  OPENSSL_free(header);
  OPENSSL_clear_free(der, static_cast<std::size_t>(size));
  return block;
}

Result<Pkcs8> unseal(ByteView der, const Secret* passphrase, std::string_view what) {
  const unsigned char* cursor = der.data();
  const Sealed sealed(d2i_X509_SIG(nullptr, &cursor, static_cast<long>(der.size())));
  if (sealed == nullptr) return damaged(what);
  if (passphrase == nullptr) {
    return invalid_request("KEY_FILE_ENCRYPTED",
                           fmt::format("{} is encrypted: configure passphrase_file or "
                                       "passphrase_credential",
                                       what));
  }
  const std::string_view text = passphrase->text();
  Pkcs8 key(PKCS8_decrypt(sealed.get(), text.data(), static_cast<int>(text.size())));
  if (key == nullptr) {
    ERR_clear_error();
    return invalid_request("PASSPHRASE_WRONG",
                           fmt::format("{} does not open with the passphrase given: it is the "
                                       "wrong one, or the file is damaged",
                                       what));
  }
  return key;
}

Result<Pkcs8> read_pkcs8(const PemBlock& block, const Secret* passphrase, std::string_view what) {
  if (block.label == PEM_STRING_PKCS8) return unseal(block.der.view(), passphrase, what);
  if (block.label != PEM_STRING_PKCS8INF) {
    return invalid_request("KEY_FILE_UNSUPPORTED",
                           fmt::format("{} is a \"{}\", not PKCS#8: convert it with openssl pkcs8 "
                                       "-topk8",
                                       what, block.label));
  }
  const unsigned char* cursor = block.der.view().data();
  Pkcs8 key(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &cursor, static_cast<long>(block.der.view().size())));
  if (key == nullptr) return damaged(what);
  return key;
}

Result<Secret> contents_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  if (size <= 0) return internal("KEY_ENCODING_FAILED", "libcrypto cannot encode a key");
  Secret out(to_bytes(as_bytes({data, static_cast<std::size_t>(size)})));
  OPENSSL_cleanse(data, static_cast<std::size_t>(size));
  return out;
}

}  // namespace

Result<PrivateKey> decode_key(ByteView pem, const Secret* passphrase, std::string_view what) {
  const PemBlock block = TRY(read_pem(pem, what));
  const Pkcs8 pkcs8 = TRY(read_pkcs8(block, passphrase, what));
  PrivateKey key(EVP_PKCS82PKEY(pkcs8.get()));
  if (key == nullptr) return damaged(what);
  return key;
}

Result<Secret> encode_key(EVP_PKEY* key, const Secret* passphrase) {
  const Memory bio(BIO_new(BIO_s_mem()));
  const Pkcs8 pkcs8(EVP_PKEY2PKCS8(key));
  if (pkcs8 == nullptr) return internal("KEY_ENCODING_FAILED", "libcrypto cannot encode a key");
  if (passphrase == nullptr) {
    PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio.get(), pkcs8.get());
    return contents_of(bio.get());
  }
  const std::string_view text = passphrase->text();
  X509_ALGOR* how = PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), passphrase_iterations, nullptr, 0, nullptr,
                                      NID_hmacWithSHA256);
  const Sealed sealed(how == nullptr ? nullptr
                                     : PKCS8_set0_pbe(text.data(), static_cast<int>(text.size()),
                                                      pkcs8.get(), how));
  if (sealed == nullptr) return internal("KEY_ENCODING_FAILED", "libcrypto cannot encrypt a key");
  PEM_write_bio_PKCS8(bio.get(), sealed.get());
  return contents_of(bio.get());
}

Result<PrivateKey> generate_key(Algorithm algorithm) {
  PrivateKey key;
  switch (algorithm) {
    case Algorithm::ecdsa_p256_sha256:
      key.reset(EVP_EC_gen("P-256"));
      break;
    case Algorithm::ecdsa_p384_sha384:
      key.reset(EVP_EC_gen("P-384"));
      break;
    case Algorithm::ecdsa_p521_sha512:
      key.reset(EVP_EC_gen("P-521"));
      break;
    case Algorithm::ed25519:
      key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
      break;
    default:
      key.reset(EVP_RSA_gen(rsa_bits(algorithm)));
  }
  if (key == nullptr) {
    ERR_clear_error();
    return internal("KEY_GENERATION_FAILED",
                    fmt::format("libcrypto cannot make a key for {}", name_of(algorithm)));
  }
  return key;
}

}  // namespace chancery::software
