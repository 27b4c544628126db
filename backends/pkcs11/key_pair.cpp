#include "backends/pkcs11/key_pair.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <array>

#include "backends/pkcs11/mechanism.h"
#include "backends/pkcs11/return_value.h"

namespace chancery::pkcs11 {
namespace {

// DER of the curve: an object identifier, or the name by which tokens know Ed25519.
ByteView curve_of(Algorithm algorithm) {
  static constexpr std::array<std::uint8_t, 10> p256{0x06, 0x08, 0x2a, 0x86, 0x48,
                                                     0xce, 0x3d, 0x03, 0x01, 0x07};
  static constexpr std::array<std::uint8_t, 7> p384{0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22};
  static constexpr std::array<std::uint8_t, 7> p521{0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23};
  static constexpr std::array<std::uint8_t, 14> ed25519{0x13, 0x0c, 'e', 'd', 'w', 'a', 'r',
                                                        'd',  's',  '2', '5', '5', '1', '9'};
  switch (algorithm) {
    case Algorithm::ecdsa_p256_sha256:
      return p256;
    case Algorithm::ecdsa_p384_sha384:
      return p384;
    case Algorithm::ecdsa_p521_sha512:
      return p521;
    default:
      return ed25519;
  }
}

struct Halves {
  Template public_half;
  Template private_half;
};

Halves templates_of(std::string_view name, Algorithm algorithm) {
  std::array<std::uint8_t, 16> id{};
  CHANCERY_ASSERT(RAND_bytes(id.data(), static_cast<int>(id.size())) == 1);
  Halves out;
  out.public_half.add_flag(CKA_TOKEN, true)
      .add_flag(CKA_VERIFY, true)
      .add(CKA_LABEL, as_bytes(name))
      .add(CKA_ID, id);
  out.private_half.add_flag(CKA_TOKEN, true)
      .add_flag(CKA_PRIVATE, true)
      .add_flag(CKA_SIGN, true)
      .add_flag(CKA_DECRYPT, false)
      .add_flag(CKA_UNWRAP, false)
      .add_flag(CKA_SENSITIVE, true)
      .add_flag(CKA_EXTRACTABLE, false)
      .add(CKA_LABEL, as_bytes(name))
      .add(CKA_ID, id);
  if (is_rsa(algorithm)) {
    constexpr std::array<std::uint8_t, 3> exponent{1, 0, 1};
    out.public_half.add(CKA_MODULUS_BITS, CK_ULONG{rsa_bits(algorithm)})
        .add(CKA_PUBLIC_EXPONENT, exponent);
    // The token itself then keeps it from signing otherwise, and it is known again by this.
    if (!is_deterministic(algorithm)) {
      out.private_half.add(CKA_ALLOWED_MECHANISMS, CK_ULONG{mechanism_of(algorithm)});
    }
  } else {
    out.public_half.add(CKA_EC_PARAMS, curve_of(algorithm));
  }
  return out;
}

Error explain(CK_RV value, Algorithm algorithm) {
  const std::string words = describe("C_GenerateKeyPair", value);
  switch (value) {
    case CKR_DEVICE_MEMORY:
      return exhausted("DEVICE_FULL", fmt::format("the token has no room for a key ({})", words));
    case CKR_MECHANISM_INVALID:
    case CKR_MECHANISM_PARAM_INVALID:
    case CKR_KEY_SIZE_RANGE:
    case CKR_CURVE_NOT_SUPPORTED:
    case CKR_DOMAIN_PARAMS_INVALID:
    case CKR_FUNCTION_NOT_SUPPORTED:
      return unsupported("ALGORITHM_UNSUPPORTED",
                         fmt::format("the token makes no {} keys ({})", name_of(algorithm), words));
    default:
      return outcome_unknown(
          "KEY_MAKING_IN_DOUBT",
          fmt::format("the token failed while it may have made the key ({})", words));
  }
}

}  // namespace

Result<void> make_key_pair(const View& view, std::string_view name, Algorithm algorithm) {
  Halves halves = templates_of(name, algorithm);
  std::vector<CK_ATTRIBUTE> public_half = halves.public_half.attributes();
  std::vector<CK_ATTRIBUTE> private_half = halves.private_half.attributes();
  CK_MECHANISM mechanism{generation_mechanism_of(algorithm), nullptr, 0};
  CK_OBJECT_HANDLE public_key = 0;
  CK_OBJECT_HANDLE private_key = 0;
  const CK_RV value = view.module->C_GenerateKeyPair(
      view.session, &mechanism, public_half.data(), public_half.size(), private_half.data(),
      private_half.size(), &public_key, &private_key);
  if (value == CKR_OK) return {};
  return explain(value, algorithm);
}

Result<void> destroy_key_pair(const View& view, CK_OBJECT_HANDLE private_key) {
  const std::optional<Bytes> id = read_attribute(view, private_key, CKA_ID);
  const CK_RV value = view.module->C_DestroyObject(view.session, private_key);
  if (value == CKR_ACTION_PROHIBITED) {
    return denied("KEY_PROTECTED", describe("C_DestroyObject", value));
  }
  if (value != CKR_OK) {
    return outcome_unknown("KEY_REMOVAL_IN_DOUBT",
                           fmt::format("the token may have destroyed the key ({})",
                                       describe("C_DestroyObject", value)));
  }
  if (!id || id->empty()) return {};
  const auto publics =
      find_objects(view, Template().add(CKA_CLASS, CKO_PUBLIC_KEY).add(CKA_ID, *id));
  if (!publics.ok()) return {};  // they sign nothing
  for (const CK_OBJECT_HANDLE object : *publics) view.module->C_DestroyObject(view.session, object);
  return {};
}

}  // namespace chancery::pkcs11
