#include "core/crypto/x509/precertificate.h"

#include "core/crypto/x509/openssl_object.h"

namespace chancery {
namespace {

constexpr int extensions_tag = 3;  // RFC 5280 4.1: "extensions [3] EXPLICIT", the last field

// One element of DER and what follows it.
struct Element {
  int tag;
  int tag_class;
  ByteView whole;
  ByteView content;
  ByteView rest;
};

std::optional<Element> take_element(ByteView bytes) {
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
  return Element{tag, tag_class, bytes.first(whole), bytes.subspan(header, whole - header),
                 bytes.subspan(whole)};
}

// The element with other content.
Bytes put_element(const Element& element, ByteView content) {
  constexpr int is_constructed = 1;
  const auto length = static_cast<int>(content.size());
  Bytes out(static_cast<std::size_t>(ASN1_object_size(is_constructed, length, element.tag)) -
            content.size());
  unsigned char* cursor = out.data();
  ASN1_put_object(&cursor, is_constructed, length, element.tag, element.tag_class);
  append(out, content);
  return out;
}

// The list without the element at this place.
std::optional<Bytes> leave_out(ByteView list, int place) {
  Bytes out;
  for (int i = 0; !list.empty(); ++i) {
    const auto element = take_element(list);
    if (!element) return std::nullopt;
    if (i != place) append(out, element->whole);
    list = element->rest;
  }
  return out;
}

}  // namespace

std::optional<Bytes> tbs_without_extension(const Certificate& certificate, std::string_view oid) {
  const openssl::Object wanted = openssl::object_named(oid);
  const int place = X509_get_ext_by_OBJ(certificate.borrow(), wanted.get(), -1);
  const auto outer = take_element(certificate.der());
  const auto tbs = outer ? take_element(outer->content) : std::nullopt;
  if (place < 0 || !tbs) return std::nullopt;
  auto field = take_element(tbs->content);
  while (field && (field->tag_class != V_ASN1_CONTEXT_SPECIFIC || field->tag != extensions_tag)) {
    field = take_element(field->rest);
  }
  const auto list = field ? take_element(field->content) : std::nullopt;
  const auto kept = list ? leave_out(list->content, place) : std::nullopt;
  if (!kept || !field->rest.empty()) return std::nullopt;
  const ByteView before = tbs->content.first(tbs->content.size() - field->whole.size());
  Bytes content = to_bytes(before);
  const Bytes extensions = put_element(*field, put_element(*list, *kept));
  append(content, extensions);
  return put_element(*tbs, content);
}

}  // namespace chancery
