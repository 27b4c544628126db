// proto3 JSON, the form of bundles and trusted roots, read field by field and strictly.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/json.h"

namespace chancery::bundle {

// One message. Borrows the Json it was read from. A field may be spelt logIndex or log_index but
// not both; null is absent; a field nobody knows is refused, as Go's reader does.
//
// Errors (invalid_request), all named after the document ("BUNDLE", "TRUSTED_ROOT"):
//   X_FIELD_UNKNOWN, X_FIELD_DUPLICATE, X_FIELD_MALFORMED (another type than expected),
//   X_FIELD_MISSING, X_NUMBER_INVALID, X_BASE64_INVALID.
class ProtoObject {
 public:
  struct Place {
    std::string_view document;  // outlives the object
    std::string path;
  };
  // `names` in lowerCamelCase.
  static Result<ProtoObject> read(const Json& json, Place place,
                                  std::initializer_list<std::string_view> names);

  bool has(std::string_view name) const { return find(name) != nullptr; }
  Result<std::string> text(std::string_view name) const;  // absent: empty
  Result<Bytes> bytes(std::string_view name) const;       // either alphabet; absent: empty
  Result<std::int64_t> int64(std::string_view name) const;
  Result<std::uint64_t> index(std::string_view name) const;  // 0 to 2^63-1
  // An enum by name or number: the position in `names`, where unused numbers are empty. Absent: 0.
  Result<std::size_t> enumeration(std::string_view name,
                                  std::span<const std::string_view> names) const;
  Result<std::optional<ProtoObject>> object(std::string_view name,
                                            std::initializer_list<std::string_view> names) const;
  // The same, and X_FIELD_MISSING where it is not there.
  Result<ProtoObject> required(std::string_view name,
                               std::initializer_list<std::string_view> names) const;
  Result<std::vector<ProtoObject>> objects(std::string_view name,
                                           std::initializer_list<std::string_view> names) const;
  Result<std::vector<Bytes>> bytes_list(std::string_view name) const;

  Error error(std::string_view reason, std::string_view name, std::string_view what) const;

 private:
  ProtoObject(const Json& json, Place place) : json_(&json), place_(std::move(place)) {}
  const Json* find(std::string_view name) const;
  Result<const Json*> list(std::string_view name) const;
  Result<Bytes> decode(const Json& value, std::string_view name) const;
  const Json* json_;
  Place place_;
};

}  // namespace chancery::bundle
