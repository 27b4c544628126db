// One element of DER (X.690 8.1): tag, length, content. For sources of this folder that need to
// know where something lies, which libcrypto's parsed objects do not say.
#pragma once

#include <optional>

#include "core/base/bytes.h"

namespace chancery::openssl {

// Views of what it was taken from.
struct DerElement {
  int tag;
  int tag_class;
  bool is_constructed;
  ByteView whole;
  ByteView content;
  ByteView rest;  // what follows it
};

// The first of these bytes; nothing where they do not begin with one of definite length.
std::optional<DerElement> take_element(ByteView bytes);

// The element with other content.
Bytes put_element(const DerElement& element, ByteView content);

}  // namespace chancery::openssl
