#include "backends/pkcs11/key_search.h"

#include <fmt/format.h>

#include <algorithm>

#include "backends/key_directory.h"
#include "backends/pkcs11/mechanism.h"
#include "backends/pkcs11/public_part.h"
#include "core/crypto/public_key.h"

namespace chancery::pkcs11 {
namespace {

Error ambiguous(std::string_view name, std::string_view what) {
  return invalid_request(
      "KEY_AMBIGUOUS",
      fmt::format("key \"{}\": {} fits two private keys: say which with object and id in `keys`",
                  name, what));
}

// PSS where the token allows the key nothing else, as for those that we make for it.
Algorithm allowed_algorithm(const View& view, CK_OBJECT_HANDLE key, Algorithm usual) {
  const std::optional<CK_ULONG> only = read_number(view, key, CKA_ALLOWED_MECHANISMS);
  if (only != CK_ULONG{CKM_RSA_PKCS_PSS}) return usual;
  switch (usual) {
    case Algorithm::rsa_pkcs1v15_2048_sha256:
      return Algorithm::rsa_pss_2048_sha256;
    case Algorithm::rsa_pkcs1v15_3072_sha256:
      return Algorithm::rsa_pss_3072_sha256;
    case Algorithm::rsa_pkcs1v15_4096_sha256:
      return Algorithm::rsa_pss_4096_sha256;
    default:
      return usual;
  }
}

Result<Algorithm> choose_algorithm(const std::string& name, Algorithm usual,
                                   const TokenFacts& token, const Options& options) {
  const auto chosen = options.algorithms.find(name);
  const Algorithm algorithm = chosen == options.algorithms.end() ? usual : chosen->second;
  if (!fits(usual, algorithm)) {
    return invalid_request("KEY_UNSUPPORTED",
                           fmt::format("it cannot sign as {}", name_of(algorithm)));
  }
  if (std::ranges::count(token.mechanisms, mechanism_of(algorithm)) == 0) {
    return invalid_request("KEY_UNSUPPORTED",
                           fmt::format("the token has no mechanism {:#x} for {}",
                                       mechanism_of(algorithm), name_of(algorithm)));
  }
  return algorithm;
}

Result<KeyObject> look_at(const View& view, const TokenFacts& token, const Options& options,
                          const std::string& name, CK_OBJECT_HANDLE handle) {
  const auto described = [&](const Error& error) {
    return Error{error.code, error.reason, fmt::format("key \"{}\": {}", name, error.message)};
  };
  Result<Bytes> spki = public_part(view, handle);
  if (!spki.ok()) return described(spki.error());
  const Result<PublicKey> public_key = PublicKey::from_spki(*spki);
  if (!public_key.ok()) {
    return described(invalid_request("KEY_UNSUPPORTED", public_key.error().message));
  }
  const Result<Algorithm> algorithm = choose_algorithm(
      name, allowed_algorithm(view, handle, public_key->algorithm()), token, options);
  if (!algorithm.ok()) return described(algorithm.error());
  return KeyObject{{name, *algorithm, std::move(*spki)},
                   handle,
                   read_flag(view, handle, CKA_ALWAYS_AUTHENTICATE)};
}

// What the token has under one name.
struct Candidates {
  std::vector<KeyObject> usable;
  std::optional<Error> trouble;  // with another one of the name
};

Result<Keys> find_by_label(const View& view, const TokenFacts& token, const Options& options) {
  std::map<std::string, Candidates> by_name;
  for (const CK_OBJECT_HANDLE handle :
       TRY(find_objects(view, Template().add(CKA_CLASS, CKO_PRIVATE_KEY)))) {
    const std::optional<Bytes> label = read_attribute(view, handle, CKA_LABEL);
    const std::string name = label ? to_text(*label) : std::string();
    if (!is_key_name(name) || !read_flag(view, handle, CKA_SIGN)) continue;
    Result<KeyObject> key = look_at(view, token, options, name, handle);
    if (key.ok()) {
      by_name[name].usable.push_back(std::move(*key));
    } else if (key.error().reason == "KEY_UNSUPPORTED") {
      by_name[name].trouble = key.error();
    } else {
      return key.error();
    }
  }
  Keys out;
  for (auto& [name, found] : by_name) {
    if (found.usable.size() == 1) {
      out.usable.emplace(name, std::move(found.usable.front()));
    } else {
      out.unusable.push_back(
          unusable_key(name, found.usable.empty() ? *found.trouble : ambiguous(name, "its label")));
    }
  }
  return out;
}

Result<Keys> find_named(const View& view, const TokenFacts& token, const Options& options) {
  Keys out;
  for (const auto& [name, uri] : options.keys) {
    Template wanted;
    wanted.add(CKA_CLASS, CKO_PRIVATE_KEY);
    if (const std::optional<Bytes> label = uri.label()) wanted.add(CKA_LABEL, *label);
    if (const std::optional<Bytes> id = uri.id()) wanted.add(CKA_ID, *id);
    const auto found = TRY(find_objects(view, std::move(wanted)));
    if (found.empty() || !uri.matches(token.info)) continue;
    Result<KeyObject> key = found.size() > 1 ? Result<KeyObject>(ambiguous(name, uri.text()))
                                             : look_at(view, token, options, name, found.front());
    if (key.ok()) {
      out.usable.emplace(name, std::move(*key));
    } else if (key.error().code == ErrorCode::invalid_request) {
      out.unusable.push_back(unusable_key(name, key.error()));
    } else {
      return key.error();
    }
  }
  return out;
}

}  // namespace

Result<Keys> find_keys(const View& view, const TokenFacts& token, const Options& options) {
  return options.keys.empty() ? find_by_label(view, token, options)
                              : find_named(view, token, options);
}

}  // namespace chancery::pkcs11
