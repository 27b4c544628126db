#include "core/crypto/x509/certificate_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/ascii.h"
#include "core/base/limits/administration.h"
#include "core/base/utf8.h"
#include "core/crypto/x509/openssl_object.h"

namespace chancery {
namespace {

constexpr std::array<std::string_view, 6> attribute_types = {"C", "ST", "L", "O", "OU", "CN"};
constexpr std::size_t dns_name_bytes_max = 253;       // RFC 1035 2.3.4
constexpr std::size_t email_address_bytes_max = 254;  // RFC 5321 4.5.3.1.3

struct FreeExtensions {
  void operator()(STACK_OF(X509_EXTENSION) * list) const {
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
  }
};
using Extensions = std::unique_ptr<STACK_OF(X509_EXTENSION), FreeExtensions>;
using SignatureAlgorithm = openssl::Owned<X509_ALGOR, X509_ALGOR_free>;

Error bad_subject(std::string_view what) {
  ERR_clear_error();
  return invalid_request("SUBJECT_MALFORMED",
                         fmt::format("subject: {}; one is CN=Release Signing, O=Example", what));
}

Result<NameAttribute> read_attribute(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return bad_subject("an attribute has no value");
  NameAttribute out{std::string(text.substr(0, equals)), {}};
  if (std::ranges::find(attribute_types, out.type) == attribute_types.end()) {
    return bad_subject(fmt::format("\"{}\" is none of C, ST, L, O, OU, CN", out.type));
  }
  for (std::size_t i = equals + 1; i < text.size(); ++i) {
    if (text[i] == '\\') ++i;
    if (i == text.size()) return bad_subject("it ends in a backslash");
    out.value += text[i];
  }
  if (out.value.empty()) return bad_subject(fmt::format("{} is empty", out.type));
  return out;
}

// Where the attribute that begins `text` ends.
std::size_t attribute_end(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == ',') {
      return i;
    }
  }
  return text.size();
}

std::optional<int> signature_id_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::ecdsa_p256_sha256:
      return NID_ecdsa_with_SHA256;
    case Algorithm::ecdsa_p384_sha384:
      return NID_ecdsa_with_SHA384;
    case Algorithm::ecdsa_p521_sha512:
      return NID_ecdsa_with_SHA512;
    case Algorithm::rsa_pkcs1v15_2048_sha256:
    case Algorithm::rsa_pkcs1v15_3072_sha256:
    case Algorithm::rsa_pkcs1v15_4096_sha256:
      return NID_sha256WithRSAEncryption;
    case Algorithm::ed25519:
      return NID_ED25519;
    default:
      return std::nullopt;
  }
}

bool is_dns_name(std::string_view text) {
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
  if (text.starts_with("*.")) text.remove_prefix(2);
  return !text.empty() && text.size() <= dns_name_bytes_max && text.front() != '.' &&
         text.back() != '.' && text.find("..") == std::string_view::npos &&
         text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_email_address(std::string_view text) {
  const std::size_t at = text.find('@');
  return text.size() <= email_address_bytes_max && std::ranges::all_of(text, is_visible) &&
         at > 0 && at != std::string_view::npos && is_dns_name(text.substr(at + 1));
}

void add_name(GENERAL_NAMES* names, int type, std::string_view value) {
  ASN1_IA5STRING* text = ASN1_IA5STRING_new();
  GENERAL_NAME* name = GENERAL_NAME_new();
  CHANCERY_ASSERT(text != nullptr && name != nullptr &&
                  ASN1_STRING_set(text, value.data(), static_cast<int>(value.size())) == 1);
  GENERAL_NAME_set0_value(name, type, text);
  CHANCERY_ASSERT(sk_GENERAL_NAME_push(names, name) > 0);
}

Result<void> check_names(const CertificateWish& wish) {
  const auto refuse = [](std::string_view name) {
    return invalid_request("ALTERNATIVE_NAME_INVALID",
                           fmt::format("\"{}\" is no name that a certificate can have", name));
  };
  if (wish.dns_names.size() + wish.email_addresses.size() > limits::alternative_names_max) {
    return invalid_request("ALTERNATIVE_NAME_INVALID",
                           fmt::format("more than {} names", limits::alternative_names_max));
  }
  for (const std::string& name : wish.dns_names) {
    if (!is_dns_name(name)) return refuse(name);
  }
  for (const std::string& address : wish.email_addresses) {
    if (!is_email_address(address)) return refuse(address);
  }
  return {};
}

void add_alternative_names(X509_REQ* request, const CertificateWish& wish) {
  if (wish.dns_names.empty() && wish.email_addresses.empty()) return;
  const openssl::GeneralNames names(GENERAL_NAMES_new());
  for (const std::string& name : wish.dns_names) add_name(names.get(), GEN_DNS, name);
  for (const std::string& address : wish.email_addresses) {
    add_name(names.get(), GEN_EMAIL, address);
  }
  const Extensions extensions(sk_X509_EXTENSION_new_null());
  X509_EXTENSION* extension = X509V3_EXT_i2d(NID_subject_alt_name, 0, names.get());
  CHANCERY_ASSERT(extension != nullptr && extensions != nullptr &&
                  sk_X509_EXTENSION_push(extensions.get(), extension) > 0 &&
                  X509_REQ_add_extensions(request, extensions.get()) == 1);
}

Result<void> set_subject(X509_REQ* request, const std::vector<NameAttribute>& subject) {
  X509_NAME* name = X509_REQ_get_subject_name(request);
  for (const NameAttribute& attribute : subject) {
    const auto* value = reinterpret_cast<const unsigned char*>(attribute.value.data());
    // OpenSSL knows how long each may be: C has two letters, CN at most 64.
    if (X509_NAME_add_entry_by_txt(name, attribute.type.c_str(), MBSTRING_UTF8, value,
                                   static_cast<int>(attribute.value.size()), -1, 0) != 1) {
      return bad_subject(fmt::format("{} cannot be \"{}\"", attribute.type, attribute.value));
    }
  }
  return {};
}

void set_signature(X509_REQ* request, int signature_id, ByteView signature) {
  const SignatureAlgorithm algorithm(X509_ALGOR_new());
  // RFC 4055 5: NULL parameters for RSA; RFC 5758 3.2 and RFC 8410 3: none for the others.
  const int parameters = signature_id == NID_sha256WithRSAEncryption ? V_ASN1_NULL : V_ASN1_UNDEF;
  ASN1_BIT_STRING* bits = ASN1_BIT_STRING_new();
  CHANCERY_ASSERT(algorithm != nullptr && bits != nullptr);
  X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(signature_id), parameters, nullptr);
  X509_REQ_set1_signature_algo(request, algorithm.get());
  ASN1_STRING_set(bits, signature.data(), static_cast<int>(signature.size()));
  bits->flags &= ~(ASN1_STRING_FLAG_BITS_LEFT | 0x07L);
  bits->flags |= ASN1_STRING_FLAG_BITS_LEFT;  // no bit of the last byte is unused
  X509_REQ_set0_signature(request, bits);
}

}  // namespace

Result<std::vector<NameAttribute>> parse_subject(std::string_view text) {
  if (text.empty() || text.size() > limits::subject_bytes_max || !is_plain_text(text)) {
    return bad_subject(
        fmt::format("1 to {} bytes of text are expected", limits::subject_bytes_max));
  }
  std::vector<NameAttribute> out;
  for (bool is_end = false; !is_end;) {
    const std::size_t end = attribute_end(text);
    out.push_back(TRY(read_attribute(text.substr(0, end))));
    is_end = end == text.size();
    if (!is_end) text.remove_prefix(end + 1);
  }
  if (out.size() > limits::subject_attributes_max) return bad_subject("too many attributes");
  return out;
}

Result<CertificateRequest> CertificateRequest::build(const CertificateWish& wish,
                                                     const PublicKey& key, Algorithm algorithm) {
  const std::optional<int> signature_id = signature_id_of(algorithm);
  if (!signature_id) {
    return unsupported("ALGORITHM_UNSUPPORTED",
                       fmt::format("no certificate is asked for with {}", name_of(algorithm)));
  }
  TRY(check_names(wish));
  std::shared_ptr<X509_REQ> request(X509_REQ_new(), X509_REQ_free);
  CHANCERY_ASSERT(request != nullptr && X509_REQ_set_version(request.get(), 0) == 1 &&
                  X509_REQ_set_pubkey(request.get(), key.borrow()) == 1);
  TRY(set_subject(request.get(), wish.subject));
  add_alternative_names(request.get(), wish);
  unsigned char* der = nullptr;
  const int size = i2d_re_X509_REQ_tbs(request.get(), &der);
  CHANCERY_ASSERT(size > 0);
  Bytes info(der, der + size);
  OPENSSL_free(der);
  return CertificateRequest(std::move(request), std::move(info), *signature_id);
}

Result<Bytes> CertificateRequest::complete(ByteView signature) const {
  set_signature(request_.get(), signature_id_, signature);
  const auto der = openssl::encode(i2d_X509_REQ, request_.get());
  // What leaves is what was checked: read again from the bytes.
  const unsigned char* cursor = der.data();
  const std::unique_ptr<X509_REQ, openssl::Free<X509_REQ_free>> read(
      d2i_X509_REQ(nullptr, &cursor, static_cast<long>(der.size())));
  if (read == nullptr || X509_REQ_verify(read.get(), X509_REQ_get0_pubkey(read.get())) != 1) {
    ERR_clear_error();
    return internal("WRONG_SIGNATURE",
                    "the signature under the certificate request does not verify");
  }
  return Bytes(der.begin(), der.end());
}

}  // namespace chancery
