#include "backends/tpm/key_file.h"

#include <fmt/format.h>
#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <tss2/tss2_mu.h>

#include <array>
#include <memory>

namespace chancery::tpm {

// The draft's ASN.1 module, in libcrypto's own words. What is not read here is kept as ASN1_TYPE,
// so that it is refused by name.
namespace asn1 {

struct Policy {
  ASN1_INTEGER* command;
  ASN1_OCTET_STRING* parameters;
};
DEFINE_STACK_OF(Policy)
using Policies = STACK_OF(Policy);

struct Key {
  ASN1_OBJECT* type;
  ASN1_BOOLEAN empty_auth;
  Policies* policy;
  ASN1_TYPE* secret;
  ASN1_TYPE* auth_policy;
  ASN1_UTF8STRING* description;
  ASN1_BOOLEAN rsa_parent;
  ASN1_INTEGER* parent;
  ASN1_OCTET_STRING* public_area;
  ASN1_OCTET_STRING* private_area;
};

ASN1_SEQUENCE(Policy) =
    {
        ASN1_EXP(Policy, command, ASN1_INTEGER, 0),
        ASN1_EXP(Policy, parameters, ASN1_OCTET_STRING, 1),
} ASN1_SEQUENCE_END(Policy)

        ASN1_SEQUENCE(Key) = {
            ASN1_SIMPLE(Key, type, ASN1_OBJECT),
            ASN1_EXP_OPT(Key, empty_auth, ASN1_BOOLEAN, 0),
            ASN1_EXP_SEQUENCE_OF_OPT(Key, policy, Policy, 1),
            ASN1_EXP_OPT(Key, secret, ASN1_ANY, 2),
            ASN1_EXP_OPT(Key, auth_policy, ASN1_ANY, 3),
            ASN1_EXP_OPT(Key, description, ASN1_UTF8STRING, 4),
            ASN1_EXP_OPT(Key, rsa_parent, ASN1_BOOLEAN, 5),
            ASN1_SIMPLE(Key, parent, ASN1_INTEGER),
            ASN1_SIMPLE(Key, public_area, ASN1_OCTET_STRING),
            ASN1_SIMPLE(Key, private_area, ASN1_OCTET_STRING),
} ASN1_SEQUENCE_END(Key)

}  // namespace asn1

namespace {

constexpr const char* label = "TSS2 PRIVATE KEY";
constexpr const char* loadable_key = "2.23.133.10.1.3";

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(unsigned char* bytes) const { OPENSSL_free(bytes); }
  void operator()(char* text) const { OPENSSL_free(text); }
  void operator()(asn1::Key* key) const {
    ASN1_item_free(reinterpret_cast<ASN1_VALUE*>(key), ASN1_ITEM_rptr(asn1::Key));
  }
};
using Memory = std::unique_ptr<BIO, Free>;
using KeyInFile = std::unique_ptr<asn1::Key, Free>;

Error damaged(std::string_view what) {
  ERR_clear_error();
  return corrupt("KEY_FILE_DAMAGED",
                 fmt::format("{} is damaged: restore it from a backup, or move it away", what));
}

Error not_supported(std::string_view what, std::string_view why) {
  return invalid_request("KEY_FILE_UNSUPPORTED", fmt::format("{} {}", what, why));
}

Error not_encoded() {
  ERR_clear_error();
  return internal("KEY_ENCODING_FAILED", "libcrypto cannot encode a TPM's key");
}

ByteView view_of(const ASN1_OCTET_STRING* text) {
  return {ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text))};
}

// The whole of `bytes` as one of the TPM's structures.
template <typename Structure, typename Unmarshal>
bool read_whole(Unmarshal unmarshal, ByteView bytes, Structure& out) {
  std::size_t offset = 0;
  return unmarshal(bytes.data(), bytes.size(), &offset, &out) == TSS2_RC_SUCCESS &&
         offset == bytes.size();
}

Result<KeyInFile> read_der(ByteView pem, std::string_view what) {
  const Memory bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* der = nullptr;
  long size = 0;
  if (PEM_read_bio(bio.get(), &name, &header, &der, &size) != 1) return damaged(what);
  const std::unique_ptr<char, Free> name_owned(name);
  const std::unique_ptr<char, Free> header_owned(header);
  const std::unique_ptr<unsigned char, Free> der_owned(der);
  if (std::string_view(name) != label) {
    return not_supported(what, fmt::format("is a \"{}\", not a \"{}\"", name, label));
  }
  const unsigned char* cursor = der;
  KeyInFile key(reinterpret_cast<asn1::Key*>(
      ASN1_item_d2i(nullptr, &cursor, size, ASN1_ITEM_rptr(asn1::Key))));
  if (key == nullptr || cursor != der + size) return damaged(what);
  return key;
}

Result<void> read_pcrs(const ASN1_OCTET_STRING* parameters, KeyPolicy& policy,
                       std::string_view what) {
  const ByteView bytes = view_of(parameters);
  std::size_t offset = 0;
  TPM2B_DIGEST digest{};
  TPML_PCR_SELECTION pcrs{};
  if (Tss2_MU_TPM2B_DIGEST_Unmarshal(bytes.data(), bytes.size(), &offset, &digest) !=
          TSS2_RC_SUCCESS ||
      Tss2_MU_TPML_PCR_SELECTION_Unmarshal(bytes.data(), bytes.size(), &offset, &pcrs) !=
          TSS2_RC_SUCCESS ||
      offset != bytes.size()) {
    return damaged(what);
  }
  policy.pcrs = pcrs;
  return {};
}

Result<KeyPolicy> read_policy(const asn1::Policies* steps, std::string_view what) {
  using asn1::sk_Policy_num;
  using asn1::sk_Policy_value;
  KeyPolicy policy;
  for (int i = 0; i < sk_Policy_num(steps); ++i) {
    const asn1::Policy* step = sk_Policy_value(steps, i);
    const long command = ASN1_INTEGER_get(step->command);
    if (command == TPM2_CC_PolicyPCR && i == 0) {
      TRY(read_pcrs(step->parameters, policy, what));
    } else if (command == TPM2_CC_PolicyAuthValue && i + 1 == sk_Policy_num(steps)) {
      policy.auth_value = true;
    } else {
      return not_supported(what, "has another policy than PCRs and an authorisation value");
    }
  }
  return policy;
}

bool set_octets(ASN1_OCTET_STRING* to, ByteView bytes) {
  return ASN1_OCTET_STRING_set(to, bytes.data(), static_cast<int>(bytes.size())) == 1;
}

bool add_step(asn1::Key& key, TPM2_CC command, ByteView parameters) {
  auto* step = reinterpret_cast<asn1::Policy*>(ASN1_item_new(ASN1_ITEM_rptr(asn1::Policy)));
  return step != nullptr && ASN1_INTEGER_set_uint64(step->command, command) == 1 &&
         set_octets(step->parameters, parameters) && asn1::sk_Policy_push(key.policy, step) > 0;
}

bool write_policy(const KeyPolicy& policy, asn1::Key& key) {
  key.policy = asn1::sk_Policy_new_null();
  if (policy.pcrs) {
    std::array<std::uint8_t, sizeof(TPML_PCR_SELECTION) + 2> parameters{};
    std::size_t size = 2;  // an empty digest: the TPM takes the PCRs as they are
    if (Tss2_MU_TPML_PCR_SELECTION_Marshal(&*policy.pcrs, parameters.data(), parameters.size(),
                                           &size) != TSS2_RC_SUCCESS ||
        !add_step(key, TPM2_CC_PolicyPCR, ByteView(parameters).first(size))) {
      return false;
    }
  }
  return !policy.auth_value || add_step(key, TPM2_CC_PolicyAuthValue, {});
}

bool write_areas(const KeyBlob& blob, asn1::Key& key) {
  std::array<std::uint8_t, sizeof(TPM2B_PUBLIC)> public_area{};
  std::array<std::uint8_t, sizeof(TPM2B_PRIVATE)> private_area{};
  std::size_t public_size = 0;
  std::size_t private_size = 0;
  return Tss2_MU_TPM2B_PUBLIC_Marshal(&blob.public_area, public_area.data(), public_area.size(),
                                      &public_size) == TSS2_RC_SUCCESS &&
         Tss2_MU_TPM2B_PRIVATE_Marshal(&blob.private_area, private_area.data(), private_area.size(),
                                       &private_size) == TSS2_RC_SUCCESS &&
         set_octets(key.public_area, ByteView(public_area).first(public_size)) &&
         set_octets(key.private_area, ByteView(private_area).first(private_size));
}

}  // namespace

Result<KeyBlob> decode_key_blob(ByteView pem, std::string_view what) {
  const KeyInFile key = TRY(read_der(pem, what));
  char type[64];
  OBJ_obj2txt(type, sizeof type, key->type, 1);
  if (std::string_view(type) != loadable_key) {
    return not_supported(what, fmt::format("has type {}, not a loadable key", type));
  }
  if (key->secret != nullptr || key->auth_policy != nullptr || key->rsa_parent > 0) {
    return not_supported(what, "is an importable key, has an authorised policy, or an RSA parent");
  }
  KeyBlob blob;
  blob.has_auth_value = key->empty_auth <= 0;
  std::uint64_t parent = 0;
  if (ASN1_INTEGER_get_uint64(&parent, key->parent) != 1 || parent > UINT32_MAX) {
    return damaged(what);
  }
  blob.parent = static_cast<std::uint32_t>(parent);
  if (key->policy != nullptr) blob.policy = TRY(read_policy(key->policy, what));
  if (!read_whole(Tss2_MU_TPM2B_PUBLIC_Unmarshal, view_of(key->public_area), blob.public_area) ||
      !read_whole(Tss2_MU_TPM2B_PRIVATE_Unmarshal, view_of(key->private_area), blob.private_area)) {
    return damaged(what);
  }
  return blob;
}

Result<std::string> encode_key_blob(const KeyBlob& blob) {
  const KeyInFile key(reinterpret_cast<asn1::Key*>(ASN1_item_new(ASN1_ITEM_rptr(asn1::Key))));
  if (key == nullptr) return not_encoded();
  key->type = OBJ_txt2obj(loadable_key, 1);
  // Said also where it is false: what is left out tpm2-openssl takes for true.
  key->empty_auth = blob.has_auth_value ? 0 : 1;
  key->rsa_parent = -1;
  if ((blob.policy && !write_policy(*blob.policy, *key)) ||
      ASN1_INTEGER_set_uint64(key->parent, blob.parent) != 1 || !write_areas(blob, *key)) {
    return not_encoded();
  }
  unsigned char* der = nullptr;
  const int size = ASN1_item_i2d(reinterpret_cast<const ASN1_VALUE*>(key.get()), &der,
                                 ASN1_ITEM_rptr(asn1::Key));
  const std::unique_ptr<unsigned char, Free> der_owned(der);
  const Memory bio(BIO_new(BIO_s_mem()));
  if (size <= 0 || PEM_write_bio(bio.get(), label, "", der, size) <= 0) return not_encoded();
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(length));
}

}  // namespace chancery::tpm
