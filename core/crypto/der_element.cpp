#include "core/crypto/der_element.h"

#include <openssl/asn1.h>
#include <openssl/err.h>

namespace chancery::openssl {

std::optional<DerElement> take_element(ByteView bytes) {
  const unsigned char* content = bytes.data();
  long length = 0;
  int tag = 0;
  int tag_class = 0;
  const int answer =
      ASN1_get_object(&content, &length, &tag, &tag_class, static_cast<long>(bytes.size()));
  constexpr int failed = 0x80;
  constexpr int is_indefinite = 1;
  if ((answer & (failed | is_indefinite)) != 0) {
    ERR_clear_error();
    return std::nullopt;
  }
  const auto header = static_cast<std::size_t>(content - bytes.data());
  const std::size_t whole = header + static_cast<std::size_t>(length);
  return DerElement{tag,
                    tag_class,
                    (answer & V_ASN1_CONSTRUCTED) != 0,
                    bytes.first(whole),
                    bytes.subspan(header, whole - header),
                    bytes.subspan(whole)};
}

Bytes put_element(const DerElement& element, ByteView content) {
  const int is_constructed = element.is_constructed ? 1 : 0;
  const auto length = static_cast<int>(content.size());
  Bytes out(static_cast<std::size_t>(ASN1_object_size(is_constructed, length, element.tag)) -
            content.size());
  unsigned char* cursor = out.data();
  ASN1_put_object(&cursor, is_constructed, length, element.tag, element.tag_class);
  append(out, content);
  return out;
}

}  // namespace chancery::openssl
