#include "daemon/journal/receipt.h"

#include <algorithm>
#include <array>
#include <utility>

namespace chancery::daemon {
namespace {

constexpr std::string_view prefix = "r-";
constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";  // RFC 4648 6, lower case
constexpr std::size_t instance_bytes = 5, id_bytes = 6, check_bytes = 4;
constexpr std::size_t receipt_bytes = instance_bytes + id_bytes + check_bytes;
using ReceiptBytes = std::array<std::uint8_t, receipt_bytes>;
static_assert(receipt_bytes * 8 % 5 == 0, "base32 without padding");

std::string base32(const ReceiptBytes& bytes) {
  std::string out;
  std::uint32_t window = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    window = (window << 8U) | byte;
    for (bits += 8; bits >= 5; bits -= 5) out += alphabet[(window >> (bits - 5)) & 31U];
  }
  return out;
}

Result<ReceiptBytes> parse(std::string_view receipt) {
  const Error malformed = invalid_request(
      "RECEIPT_MALFORMED", "A receipt is \"r-\" and 24 characters of a-z and 2-7; copy it whole");
  if (!receipt.starts_with(prefix)) return malformed;
  receipt.remove_prefix(prefix.size());
  if (receipt.size() != receipt_bytes * 8 / 5) return malformed;
  ReceiptBytes out{};
  std::uint32_t window = 0;
  unsigned bits = 0;
  std::size_t at = 0;
  for (const char character : receipt) {
    const std::size_t value = alphabet.find(character);
    if (value == std::string_view::npos) return malformed;
    window = (window << 5U) | static_cast<std::uint32_t>(value);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    out[at++] = static_cast<std::uint8_t>(window >> bits);
  }
  return out;
}

}  // namespace

Receipts::Receipts(std::string instance)
    : instance_(std::move(instance)), instance_hash_(sha256(as_bytes(instance_))) {}

std::string Receipts::receipt_for(RequestId id) const {
  ReceiptBytes bytes{};
  std::copy_n(instance_hash_.begin(), instance_bytes, bytes.begin());
  const auto number = static_cast<std::uint64_t>(id);
  CHANCERY_ASSERT(number >> (8 * id_bytes) == 0);
  for (std::size_t i = 0; i < id_bytes; ++i) {
    bytes[instance_bytes + i] = static_cast<std::uint8_t>(number >> (8 * (id_bytes - 1 - i)));
  }
  const ByteView named = ByteView(bytes).first(instance_bytes + id_bytes);
  const Sha256 check = sha256({as_bytes(instance_), named});
  std::copy_n(check.begin(), check_bytes, bytes.begin() + instance_bytes + id_bytes);
  return std::string(prefix) + base32(bytes);
}

Result<RequestId> Receipts::request_of(std::string_view receipt) const {
  const ReceiptBytes bytes = TRY(parse(receipt));
  RequestId id = 0;
  for (std::size_t i = 0; i < id_bytes; ++i) id = (id << 8) | bytes[instance_bytes + i];
  if (receipt_for(id) == receipt) return id;
  if (std::equal(bytes.begin(), bytes.begin() + instance_bytes, instance_hash_.begin())) {
    return invalid_request("RECEIPT_MALFORMED", "The receipt is mistyped; copy it whole");
  }
  return invalid_request("RECEIPT_OF_ANOTHER_INSTANCE",
                         "Another daemon, or an earlier one on this host, gave this receipt; ask "
                         "that one, or search by digest");
}

}  // namespace chancery::daemon
