#include "core/crypto/x509/precertificate.h"

#include "core/crypto/der_element.h"
#include "core/crypto/x509/openssl_object.h"

namespace chancery {
namespace {

using openssl::put_element;
using openssl::take_element;

constexpr int extensions_tag = 3;  // RFC 5280 4.1: "extensions [3] EXPLICIT", the last field

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
