#include "backends/pkcs11/objects.h"

#include <array>
#include <cstring>

#include "backends/pkcs11/return_value.h"
#include "core/base/limits/key_hosts.h"

namespace chancery::pkcs11 {

Template& Template::add(CK_ATTRIBUTE_TYPE type, ByteView value) {
  entries_.push_back({type, to_bytes(value)});
  return *this;
}

Template& Template::add(CK_ATTRIBUTE_TYPE type, CK_ULONG value) {
  return add(type, ByteView(reinterpret_cast<const std::uint8_t*>(&value), sizeof value));
}

Template& Template::add_flag(CK_ATTRIBUTE_TYPE type, bool value) {
  const CK_BBOOL flag = value ? CK_TRUE : CK_FALSE;
  return add(type, ByteView(&flag, 1));
}

std::vector<CK_ATTRIBUTE> Template::attributes() {
  std::vector<CK_ATTRIBUTE> out;
  out.reserve(entries_.size());
  for (Entry& entry : entries_) {
    out.push_back({entry.type, entry.value.data(), entry.value.size()});
  }
  return out;
}

Result<std::vector<CK_OBJECT_HANDLE>> find_objects(const View& view, Template wanted) {
  std::vector<CK_ATTRIBUTE> attributes = wanted.attributes();
  CK_RV value = view.module->C_FindObjectsInit(view.session, attributes.data(), attributes.size());
  if (value != CKR_OK) return token_failed("C_FindObjectsInit", value);
  std::vector<CK_OBJECT_HANDLE> out;
  std::array<CK_OBJECT_HANDLE, 64> batch{};
  CK_ULONG count = 0;
  do {
    value = view.module->C_FindObjects(view.session, batch.data(), batch.size(), &count);
    if (value != CKR_OK || count > batch.size()) break;
    out.insert(out.end(), batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(count));
  } while (count > 0 && out.size() <= limits::keys_per_backend_max);
  view.module->C_FindObjectsFinal(view.session);
  if (value != CKR_OK) return token_failed("C_FindObjects", value);
  if (out.size() > limits::keys_per_backend_max) {
    return invalid_request("TOO_MANY_KEYS",
                           "the token holds too many keys: name those that are ours with `keys`");
  }
  return out;
}

std::optional<Bytes> read_attribute(const View& view, CK_OBJECT_HANDLE object,
                                    CK_ATTRIBUTE_TYPE type) {
  CK_ATTRIBUTE attribute{type, nullptr, 0};
  if (view.module->C_GetAttributeValue(view.session, object, &attribute, 1) != CKR_OK ||
      attribute.ulValueLen > limits::attribute_bytes_max) {
    return std::nullopt;
  }
  Bytes out(attribute.ulValueLen);
  attribute.pValue = out.data();
  if (view.module->C_GetAttributeValue(view.session, object, &attribute, 1) != CKR_OK ||
      attribute.ulValueLen > out.size()) {
    return std::nullopt;
  }
  out.resize(attribute.ulValueLen);
  return out;
}

std::optional<CK_ULONG> read_number(const View& view, CK_OBJECT_HANDLE object,
                                    CK_ATTRIBUTE_TYPE type) {
  const std::optional<Bytes> bytes = read_attribute(view, object, type);
  CK_ULONG number = 0;
  if (!bytes || bytes->size() != sizeof number) return std::nullopt;
  std::memcpy(&number, bytes->data(), sizeof number);
  return number;
}

bool read_flag(const View& view, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
  const std::optional<Bytes> bytes = read_attribute(view, object, type);
  return bytes && bytes->size() == 1 && bytes->front() != CK_FALSE;
}

}  // namespace chancery::pkcs11
