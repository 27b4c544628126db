#include "core/crypto/x509/fulcio.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/utf8.h"
#include "core/crypto/x509/openssl_object.h"

namespace chancery {
namespace {

constexpr unsigned old_issuer = 1;
constexpr unsigned new_issuer = 8;

constexpr std::array fields = {
    FulcioField{2, "github-workflow-trigger", true},
    FulcioField{3, "github-workflow-sha", true},
    FulcioField{4, "github-workflow-name", true},
    FulcioField{5, "github-workflow-repository", true},
    FulcioField{6, "github-workflow-ref", true},
    FulcioField{9, "build-signer-uri", false},
    FulcioField{10, "build-signer-digest", false},
    FulcioField{11, "runner-environment", false},
    FulcioField{12, "source-repository-uri", false},
    FulcioField{13, "source-repository-digest", false},
    FulcioField{14, "source-repository-ref", false},
    FulcioField{15, "source-repository-identifier", false},
    FulcioField{16, "source-repository-owner-uri", false},
    FulcioField{17, "source-repository-owner-identifier", false},
    FulcioField{18, "build-config-uri", false},
    FulcioField{19, "build-config-digest", false},
    FulcioField{20, "build-trigger", false},
    FulcioField{21, "run-invocation-uri", false},
    FulcioField{22, "source-repository-visibility-at-signing", false},
    FulcioField{23, "deployment-environment", false},
    FulcioField{24, "token-subject", false},
};

std::string oid_of(unsigned number) { return fmt::format("1.3.6.1.4.1.57264.1.{}", number); }

Error malformed(unsigned number) {
  ERR_clear_error();
  return invalid_request("CERTIFICATE_EXTENSION_MALFORMED",
                         fmt::format("certificate: extension {} is not text", oid_of(number)));
}

Result<std::string> read_utf8_string(const Bytes& der, unsigned number) {
  const unsigned char* cursor = der.data();
  const openssl::Owned<ASN1_UTF8STRING, ASN1_UTF8STRING_free> string(
      d2i_ASN1_UTF8STRING(nullptr, &cursor, static_cast<long>(der.size())));
  // OpenSSL reads BER too: a length may be written in one way only.
  if (string == nullptr ||
      !std::ranges::equal(openssl::encode(i2d_ASN1_UTF8STRING, string.get()), der)) {
    return malformed(number);
  }
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(string.get())),
                     static_cast<std::size_t>(ASN1_STRING_length(string.get())));
}

Result<std::optional<std::string>> read_field(const Certificate& certificate, unsigned number,
                                              bool is_raw) {
  const std::optional<Bytes> content = certificate.extension(oid_of(number));
  if (!content) return std::optional<std::string>();
  std::string text = is_raw ? to_text(*content) : TRY(read_utf8_string(*content, number));
  if (!is_plain_text(text)) return malformed(number);
  return std::optional(std::move(text));
}

Result<std::string> read_issuer(const Certificate& certificate) {
  const auto old_form = TRY(read_field(certificate, old_issuer, true));
  const auto new_form = TRY(read_field(certificate, new_issuer, false));
  if (old_form && new_form && *old_form != *new_form) {
    return invalid_request("CERTIFICATE_ISSUER_AMBIGUOUS",
                           fmt::format("certificate: its issuer is \"{}\" in one extension and "
                                       "\"{}\" in another",
                                       old_form->substr(0, 200), new_form->substr(0, 200)));
  }
  if (new_form) return *new_form;
  return old_form.value_or("");
}

// The first of the most telling kind, as the reference implementations choose. One that cannot be
// read must not make room for a less telling one.
Result<SubjectName> read_subject(const Certificate& certificate) {
  const std::vector<SubjectName> names = TRY(certificate.subject_names());
  for (const SubjectName& name : names) {
    if (is_plain_text(name.value)) continue;
    return invalid_request("CERTIFICATE_EXTENSION_MALFORMED",
                           fmt::format("certificate: it names its subject \"{}\", which is not "
                                       "text",
                                       printable(name.value).substr(0, 200)));
  }
  using Kind = SubjectName::Kind;
  for (const Kind kind : {Kind::uri, Kind::email, Kind::user_name}) {
    const auto found = std::ranges::find(names, kind, &SubjectName::kind);
    if (found != names.end()) return *found;
  }
  return invalid_request("CERTIFICATE_SUBJECT_MISSING",
                         "certificate: no URI, e-mail address or user name of a signer in it");
}

}  // namespace

std::span<const FulcioField> fulcio_fields() { return fields; }

Result<CertificateIdentity> read_identity(const Certificate& certificate) {
  CertificateIdentity identity;
  identity.subject = TRY(read_subject(certificate));
  identity.issuer = TRY(read_issuer(certificate));
  for (const FulcioField& field : fields) {
    auto text = TRY(read_field(certificate, field.number, field.is_raw));
    if (text) identity.fields.emplace(field.name, *std::move(text));
  }
  return identity;
}

}  // namespace chancery
