#include "backends/pkcs11/uri.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/base/ascii.h"

namespace chancery::pkcs11 {
namespace {

constexpr std::string_view scheme = "pkcs11:";
constexpr std::array<std::string_view, 4> token_attributes{"token", "serial", "manufacturer",
                                                           "model"};
constexpr std::array<std::string_view, 3> key_attributes{"object", "id", "type"};

Error invalid(std::string_view text, std::string_view why) {
  return invalid_request("PKCS11_URI_INVALID", fmt::format("\"{}\" {}", text, why));
}

bool is_known(std::string_view name, Uri::Names names) {
  return std::ranges::count(token_attributes, name) > 0 ||
         (names == Uri::Names::key && std::ranges::count(key_attributes, name) > 0);
}

// RFC 7512, "ABNF": a path's unreserved and available characters, and '%' before two digits, which
// p11-kit does check.
bool may_stand_in_value(char byte) {
  constexpr std::string_view others = "-._~:[]@!$'()*+,=&%";
  return is_digit(byte) || is_letter(byte) || others.find(byte) != std::string_view::npos;
}

// The attributes as they are written, before p11-kit forgives anything.
Result<void> check_attributes(std::string_view text, Uri::Names names) {
  std::string_view rest = text.substr(scheme.size());
  std::vector<std::string_view> seen;
  while (true) {
    const std::size_t end = rest.find(';');
    const std::string_view attribute = rest.substr(0, end);
    const std::size_t equals = attribute.find('=');
    const std::string_view name = attribute.substr(0, equals);
    if (equals == std::string_view::npos || equals + 1 == attribute.size()) {
      return invalid(text, fmt::format("has an empty attribute \"{}\"", name));
    }
    if (!is_known(name, names)) {
      return invalid(text, fmt::format("has the attribute \"{}\"; expected {}{}", name,
                                       fmt::join(token_attributes, ", "),
                                       names == Uri::Names::key ? ", object, id, type" : ""));
    }
    if (!std::ranges::all_of(attribute.substr(equals + 1), may_stand_in_value)) {
      return invalid(text,
                     fmt::format("has a character in \"{}\" that must be written as %XX", name));
    }
    if (std::ranges::count(seen, name) > 0) {
      return invalid(text, fmt::format("has \"{}\" twice", name));
    }
    if (name == "type" && attribute != "type=private") {
      return invalid(text, "must name a private key: type=private");
    }
    seen.push_back(name);
    if (end == std::string_view::npos) break;
    rest = rest.substr(end + 1);
  }
  const bool names_a_key = std::ranges::count(seen, "object") + std::ranges::count(seen, "id") > 0;
  if (names == Uri::Names::key && !names_a_key) return invalid(text, "needs object or id");
  return {};
}

}  // namespace

Result<Uri> Uri::parse(std::string_view text, Names names) {
  if (!text.starts_with(scheme)) return invalid(text, "does not begin with pkcs11:");
  if (text.find('?') != std::string_view::npos) {
    return invalid(text, "has a query; a PIN belongs into pin_file or pin_credential");
  }
  TRY(check_attributes(text, names));
  std::shared_ptr<P11KitUri> uri(p11_kit_uri_new(), p11_kit_uri_free);
  CHANCERY_ASSERT(uri != nullptr);
  std::string owned(text);
  const int failure = p11_kit_uri_parse(owned.c_str(), P11_KIT_URI_FOR_ANY, uri.get());
  if (failure != P11_KIT_URI_OK || p11_kit_uri_any_unrecognized(uri.get()) != 0) {
    return invalid(text, "is malformed (RFC 7512)");
  }
  return Uri(std::move(uri), std::move(owned));
}

bool Uri::matches(const CK_TOKEN_INFO& token) const {
  return p11_kit_uri_match_token_info(uri_.get(), &token) == 1;
}

std::optional<Bytes> Uri::label() const { return attribute(CKA_LABEL); }
std::optional<Bytes> Uri::id() const { return attribute(CKA_ID); }

std::optional<Bytes> Uri::attribute(CK_ATTRIBUTE_TYPE type) const {
  const CK_ATTRIBUTE* found = p11_kit_uri_get_attribute(uri_.get(), type);
  if (found == nullptr) return std::nullopt;
  const auto* value = static_cast<const std::uint8_t*>(found->pValue);
  return Bytes(value, value + found->ulValueLen);
}

}  // namespace chancery::pkcs11
