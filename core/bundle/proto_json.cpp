#include "core/bundle/proto_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "core/base/encoding.h"

namespace chancery::bundle {
namespace {

std::string snake_case(std::string_view camel) {
  std::string out;
  for (const char c : camel) {
    if (c >= 'A' && c <= 'Z') {
      out += '_';
      out += static_cast<char>(c - 'A' + 'a');
    } else {
      out += c;
    }
  }
  return out;
}

const Json* present(const Json& object, std::string_view name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::int64_t> number_of(const Json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return std::nullopt;
    }
    return static_cast<std::int64_t>(number);
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  const auto* text = value.get_ptr<const std::string*>();
  if (text == nullptr) return std::nullopt;
  std::int64_t number = 0;
  const auto failure = std::from_chars(text->data(), text->data() + text->size(), number).ec;
  // As JSON writes it: "0645" would be octal to some.
  const bool is_canonical = failure == std::errc() && fmt::to_string(number) == *text;
  return is_canonical ? std::optional(number) : std::nullopt;
}

}  // namespace

Error ProtoObject::error(std::string_view reason, std::string_view name,
                         std::string_view what) const {
  return invalid_request(fmt::format("{}_{}", place_.document, reason),
                         fmt::format("{}.{}: {}", place_.path, name, what));
}

Result<ProtoObject> ProtoObject::read(const Json& json, Place place,
                                      std::initializer_list<std::string_view> names) {
  ProtoObject object(json, std::move(place));
  if (!json.is_object()) return object.error("FIELD_MALFORMED", "", "not an object");
  for (const auto& [key, value] : json.items()) {
    const auto is_key = [&key = key](std::string_view name) {
      return key == name || key == snake_case(name);
    };
    const auto* const known = std::ranges::find_if(names, is_key);
    if (known == names.end()) {
      return object.error("FIELD_UNKNOWN", key.substr(0, 80), "no such field");
    }
    if (key != *known && json.contains(*known)) {
      return object.error("FIELD_DUPLICATE", *known, "given in both spellings");
    }
  }
  return object;
}

const Json* ProtoObject::find(std::string_view name) const {
  const Json* value = present(*json_, name);
  return value != nullptr ? value : present(*json_, snake_case(name));
}

Result<std::string> ProtoObject::text(std::string_view name) const {
  const Json* value = find(name);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return error("FIELD_MALFORMED", name, "not text");
  return value->get_ref<const std::string&>();
}

Result<Bytes> ProtoObject::decode(const Json& value, std::string_view name) const {
  if (!value.is_string()) return error("FIELD_MALFORMED", name, "not base64 text");
  Result<Bytes> bytes = base64_decode_any_alphabet(value.get_ref<const std::string&>());
  if (!bytes.ok()) return error("BASE64_INVALID", name, bytes.error().message);
  return bytes;
}

Result<Bytes> ProtoObject::bytes(std::string_view name) const {
  const Json* value = find(name);
  if (value == nullptr) return Bytes();
  return decode(*value, name);
}

Result<std::int64_t> ProtoObject::int64(std::string_view name) const {
  const Json* value = find(name);
  if (value == nullptr) return std::int64_t{0};
  const std::optional<std::int64_t> number = number_of(*value);
  if (!number) {
    return error("NUMBER_INVALID", name,
                 fmt::format("{} is not a 64-bit integer", value->dump().substr(0, 40)));
  }
  return *number;
}

Result<std::uint64_t> ProtoObject::index(std::string_view name) const {
  const std::int64_t number = TRY(int64(name));
  if (number < 0) return error("NUMBER_INVALID", name, fmt::format("{} is negative", number));
  return static_cast<std::uint64_t>(number);
}

Result<std::size_t> ProtoObject::enumeration(std::string_view name,
                                             std::span<const std::string_view> names) const {
  const Json* value = find(name);
  if (value == nullptr) return std::size_t{0};
  if (value->is_string()) {
    const auto found = std::ranges::find(names, value->get_ref<const std::string&>());
    if (found != names.end() && !found->empty()) {
      return static_cast<std::size_t>(found - names.begin());
    }
  } else if (value->is_number_unsigned()) {
    const auto number = value->get<std::uint64_t>();
    if (number < names.size() && !names[number].empty()) return std::size_t{number};
  }
  return error("FIELD_MALFORMED", name,
               fmt::format("{} is not a value known here", value->dump().substr(0, 40)));
}

Result<std::optional<ProtoObject>> ProtoObject::object(
    std::string_view name, std::initializer_list<std::string_view> names) const {
  const Json* value = find(name);
  if (value == nullptr) return std::optional<ProtoObject>();
  const Place place{place_.document, fmt::format("{}.{}", place_.path, name)};
  return std::optional(TRY(read(*value, place, names)));
}

Result<ProtoObject> ProtoObject::required(std::string_view name,
                                          std::initializer_list<std::string_view> names) const {
  std::optional<ProtoObject> found = TRY(object(name, names));
  if (!found) return error("FIELD_MISSING", name, "must be given");
  return *std::move(found);
}

Result<const Json*> ProtoObject::list(std::string_view name) const {
  static const Json empty = Json::array();
  const Json* value = find(name);
  if (value == nullptr) return &empty;
  if (!value->is_array()) return error("FIELD_MALFORMED", name, "not a list");
  return value;
}

Result<std::vector<ProtoObject>> ProtoObject::objects(
    std::string_view name, std::initializer_list<std::string_view> names) const {
  const Json* values = TRY(list(name));
  std::vector<ProtoObject> out;
  out.reserve(values->size());
  for (const Json& value : *values) {
    const Place place{place_.document, fmt::format("{}.{}[{}]", place_.path, name, out.size())};
    out.push_back(TRY(read(value, place, names)));
  }
  return out;
}

Result<std::vector<Bytes>> ProtoObject::bytes_list(std::string_view name) const {
  const Json* values = TRY(list(name));
  std::vector<Bytes> out;
  out.reserve(values->size());
  for (const Json& value : *values) out.push_back(TRY(decode(value, name)));
  return out;
}

}  // namespace chancery::bundle
