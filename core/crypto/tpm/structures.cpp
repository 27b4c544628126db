#include "core/crypto/tpm/structures.h"

#include <fmt/format.h>

#include <optional>

#include "core/crypto/key_numbers.h"

namespace chancery::tpm2 {
namespace {

// Part 2, 6.2 and 6.3.
constexpr std::uint32_t generated_value = 0xff544347;
constexpr std::uint16_t attest_certify = 0x8017;
constexpr std::uint16_t alg_rsa = 0x0001;
constexpr std::uint16_t alg_sha256 = 0x000b;
constexpr std::uint16_t alg_sha384 = 0x000c;
constexpr std::uint16_t alg_sha512 = 0x000d;
constexpr std::uint16_t alg_null = 0x0010;
constexpr std::uint16_t alg_rsassa = 0x0014;
constexpr std::uint16_t alg_ecdsa = 0x0018;
constexpr std::uint16_t alg_ecc = 0x0023;
constexpr std::uint16_t curve_p256 = 0x0003;
constexpr std::uint16_t curve_p384 = 0x0004;
constexpr std::uint16_t curve_p521 = 0x0005;
constexpr std::uint32_t default_exponent = 65537;  // where the TPM says 0

Error malformed(std::string_view what) {
  return invalid_request("ATTESTATION_MALFORMED", fmt::format("attestation: {}", what));
}

// Takes pieces from the front. What is not there reads as nothing and is remembered until the end,
// so that the layouts below read like the specification's.
class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}

  ByteView take(std::size_t count) {
    is_short_ = is_short_ || rest_.size() < count;
    if (is_short_) return {};
    const ByteView piece = rest_.first(count);
    rest_ = rest_.subspan(count);
    return piece;
  }
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : take(bytes)) value = value << 8 | byte;
    return value;
  }
  std::uint16_t number16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t number32() { return static_cast<std::uint32_t>(number(4)); }
  ByteView sized() { return take(number16()); }  // TPM2B_...

  Result<void> finish(std::string_view what) const {
    if (!is_short_ && rest_.empty()) return {};
    return malformed(fmt::format("{} is too {}", what, is_short_ ? "short" : "long"));
  }

 private:
  ByteView rest_;
  bool is_short_ = false;
};

std::optional<HashAlgorithm> hash_with_number(std::uint16_t number) {
  switch (number) {
    case alg_sha256:
      return HashAlgorithm::sha256;
    case alg_sha384:
      return HashAlgorithm::sha384;
    case alg_sha512:
      return HashAlgorithm::sha512;
    default:
      return std::nullopt;
  }
}

std::optional<Algorithm> curve_with_number(std::uint16_t number) {
  switch (number) {
    case curve_p256:
      return Algorithm::ecdsa_p256_sha256;
    case curve_p384:
      return Algorithm::ecdsa_p384_sha384;
    case curve_p521:
      return Algorithm::ecdsa_p521_sha512;
    default:
      return std::nullopt;
  }
}

// Part 2, 12.2.3.5 and 12.2.3.6: how TPMS_RSA_PARMS and TPMS_ECC_PARMS begin. A signing key has no
// symmetric algorithm, and here one scheme or none.
Result<void> read_scheme(Reader& reader, std::uint16_t wanted) {
  if (reader.number16() != alg_null) return malformed("not a signing key");
  const std::uint16_t scheme = reader.number16();
  if (scheme == alg_null) return {};
  const bool is_known = scheme == wanted && hash_with_number(reader.number16());
  return is_known ? Result<void>() : malformed("a signature scheme that is not known");
}

Result<Bytes> read_rsa(Reader& reader) {
  TRY(read_scheme(reader, alg_rsassa));
  const std::uint16_t bits = reader.number16();
  const std::uint32_t exponent = reader.number32();
  const ByteView modulus = reader.sized();
  TRY(reader.finish("a public area"));
  if (modulus.size() * 8 != bits) return malformed("the modulus has another size than it says");
  return spki_of_modulus(modulus, exponent == 0 ? default_exponent : exponent);
}

Result<Bytes> read_ecc(Reader& reader) {
  TRY(read_scheme(reader, alg_ecdsa));
  const std::optional<Algorithm> curve = curve_with_number(reader.number16());
  const std::uint16_t derivation = reader.number16();
  const ByteView x = reader.sized();
  const ByteView y = reader.sized();
  TRY(reader.finish("a public area"));
  if (!curve || derivation != alg_null) return malformed("a curve that is not known");
  return spki_of_point(*curve, x, y);
}

// Part 1, 16: a key's name.
Bytes name_of_area(HashAlgorithm hash, ByteView area) {
  // An area begins with its type; nameAlg comes next.
  Bytes name = to_bytes(area.subspan(2, 2));
  const Bytes value = digest(hash, area).value;
  append(name, value);
  return name;
}

}  // namespace

Result<PublicArea> parse_public_area(ByteView bytes) {
  Reader reader(bytes);
  const std::uint16_t type = reader.number16();
  const std::optional<HashAlgorithm> name_hash = hash_with_number(reader.number16());
  const std::uint32_t attributes = reader.number32();
  reader.sized();  // authPolicy: who may use the key is not what is proven
  if (!name_hash || (type != alg_rsa && type != alg_ecc)) {
    return malformed("a public area of a kind that is not known");
  }
  const Bytes spki = TRY(type == alg_rsa ? read_rsa(reader) : read_ecc(reader));
  PublicKey key = TRY(PublicKey::from_spki(spki));
  return PublicArea{attributes, name_of_area(*name_hash, bytes), std::move(key)};
}

Result<CertifyStatement> parse_certify_statement(ByteView bytes) {
  Reader reader(bytes);
  // Part 2, 6.2: a restricted key signs nothing from outside that begins so.
  if (reader.number32() != generated_value) {
    return invalid_request("ATTESTATION_NOT_BY_TPM",
                           "the statement does not begin as those that a TPM makes itself");
  }
  if (reader.number16() != attest_certify) {
    return invalid_request("ATTESTATION_OF_ANOTHER_KIND", "the statement is not about a key");
  }
  CertifyStatement out;
  reader.sized();  // the signer's qualified name: the signature says who it was
  out.extra_data = to_bytes(reader.sized());
  reader.number(8);  // clock
  out.reset_count = reader.number32();
  reader.number32();  // restarts
  const std::uint64_t is_clock_safe = reader.number(1);
  out.firmware_version = reader.number(8);
  out.certified_name = to_bytes(reader.sized());
  reader.sized();  // its qualified name
  TRY(reader.finish("the statement"));
  if (is_clock_safe > 1) return malformed("a flag that is neither yes nor no");
  return out;
}

Result<Signature> parse_signature(ByteView bytes) {
  Reader reader(bytes);
  const std::uint16_t kind = reader.number16();
  const std::optional<HashAlgorithm> hash = hash_with_number(reader.number16());
  if (!hash || (kind != alg_rsassa && kind != alg_ecdsa)) {
    return malformed("a signature of a kind that is not known");
  }
  const ByteView first = reader.sized();
  const ByteView second = kind == alg_ecdsa ? reader.sized() : ByteView();
  TRY(reader.finish("the signature"));
  return Signature{*hash, kind == alg_rsassa,
                   kind == alg_rsassa ? to_bytes(first) : ecdsa_der(first, second)};
}

}  // namespace chancery::tpm2
