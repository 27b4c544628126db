#include "core/crypto/tpm/credential.h"

#include <openssl/evp.h>

#include <array>
#include <memory>

#include "core/crypto/hmac.h"
#include "core/crypto/tpm/seed.h"

namespace chancery::tpm2 {
namespace {

constexpr std::size_t symmetric_bytes = 16;  // AES-128

void append_sized(Bytes& out, ByteView value) {  // TPM2B_...
  append_big_endian(out, value.size(), 2);
  append(out, value);
}

// Part 1, 11.4.10.2: KDFa (SP 800-108 in counter mode), of which one block is enough.
Sha256 derive(ByteView seed, std::string_view label, ByteView context, std::uint32_t bits) {
  constexpr std::array<std::uint8_t, 4> first_block{0, 0, 0, 1};
  constexpr std::array<std::uint8_t, 1> end_of_label{0};
  Bytes wanted;
  append_big_endian(wanted, bits, 4);
  return hmac_sha256(seed, {first_block, as_bytes(label), end_of_label, context, wanted});
}

// Part 1, 24.4: AES-128-CFB from a vector of zeros.
Bytes encrypt(ByteView key, ByteView plain) {
  constexpr std::array<std::uint8_t, 16> zeros{};
  const std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context(EVP_CIPHER_CTX_new(),
                                                                           EVP_CIPHER_CTX_free);
  Bytes out(plain.size());
  int size = 0;
  CHANCERY_ASSERT(EVP_EncryptInit_ex2(context.get(), EVP_aes_128_cfb128(), key.data(), zeros.data(),
                                      nullptr) == 1);
  CHANCERY_ASSERT(EVP_EncryptUpdate(context.get(), out.data(), &size, plain.data(),
                                    static_cast<int>(plain.size())) == 1);
  return out;
}

}  // namespace

Result<Bytes> make_credential(const PublicKey& endorsement_key, ByteView name, ByteView secret,
                              ByteView random) {
  CHANCERY_ASSERT(secret.size() <= credential_secret_bytes_max &&
                  random.size() == credential_seed_bytes);
  const auto [seed, encrypted_seed] = TRY(share_seed(endorsement_key, random));
  const Sha256 cipher_key = derive(seed, "STORAGE", name, symmetric_bytes * 8);
  Bytes plain;
  append_sized(plain, secret);
  const Bytes identity = encrypt(ByteView(cipher_key).first(symmetric_bytes), plain);
  const Sha256 integrity_key = derive(seed, "INTEGRITY", {}, 256);
  Bytes object;
  append_sized(object, hmac_sha256(integrity_key, {identity, name}));
  append(object, identity);

  Bytes out;
  append_big_endian(out, credential_magic, 4);
  append_big_endian(out, credential_version, 4);
  append_sized(out, object);
  append_sized(out, encrypted_seed);
  return out;
}

}  // namespace chancery::tpm2
