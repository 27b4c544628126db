// Objects in a token and their attributes, read through one session.
#pragma once

#include <optional>
#include <vector>

#include "backends/pkcs11/module.h"
#include "core/base/bytes.h"

namespace chancery::pkcs11 {

// A module and a session of it; both outlive it.
struct View {
  const Module& module;
  CK_SESSION_HANDLE session;
};

// What to look for, or what to make. The values are copied.
class Template {
 public:
  Template& add(CK_ATTRIBUTE_TYPE type, ByteView value);
  Template& add(CK_ATTRIBUTE_TYPE type, CK_ULONG value);
  Template& add_flag(CK_ATTRIBUTE_TYPE type, bool value);
  // Points into this object.
  std::vector<CK_ATTRIBUTE> attributes();

 private:
  struct Entry {
    CK_ATTRIBUTE_TYPE type;
    Bytes value;
  };
  std::vector<Entry> entries_;
};

// Errors: unavailable TOKEN_FAILED; invalid_request TOO_MANY_KEYS.
Result<std::vector<CK_OBJECT_HANDLE>> find_objects(const View& view, Template wanted);

// Nothing where the object has no such attribute, or does not show it.
std::optional<Bytes> read_attribute(const View& view, CK_OBJECT_HANDLE object,
                                    CK_ATTRIBUTE_TYPE type);
std::optional<CK_ULONG> read_number(const View& view, CK_OBJECT_HANDLE object,
                                    CK_ATTRIBUTE_TYPE type);
// False where there is none.
bool read_flag(const View& view, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);

}  // namespace chancery::pkcs11
