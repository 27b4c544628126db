#include "core/crypto/few_algorithms.h"

#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <openssl/provider.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace chancery::openssl {
namespace {

using Algorithms = std::vector<OSSL_ALGORITHM>;  // the last one has no names, as OpenSSL wants it

// One of an algorithm's names ("SHA2-256:SHA-256:SHA256").
bool is_named(const OSSL_ALGORITHM& algorithm, std::string_view wanted) {
  for (std::string_view names = algorithm.algorithm_names; !names.empty();) {
    const std::size_t end = std::min(names.find(':'), names.size());
    if (names.substr(0, end) == wanted) return true;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return false;
}

bool has_properties(const OSSL_ALGORITHM& algorithm,
                    std::initializer_list<std::string_view> properties) {
  const std::string_view all = algorithm.property_definition;
  return std::ranges::all_of(properties, [all](std::string_view property) {
    return all.find(property) != std::string_view::npos;
  });
}

// The default provider, and what is shown of it.
class Window {
 public:
  Window() : context_(OSSL_LIB_CTX_new()), whole_(OSSL_PROVIDER_load(context_, "default")) {
    CHANCERY_ASSERT(whole_ != nullptr);
    // SHA-1 names certificates, in libcrypto's own cache and in a timestamp (RFC 2634 5.4); no
    // signature is made with it (timestamp.cpp, certificate_store.cpp).
    show(OSSL_OP_DIGEST, {"SHA1", "SHA2-256", "SHA2-384", "SHA2-512"});
    show(OSSL_OP_KEYMGMT, {"EC", "RSA", "RSA-PSS", "ED25519"});
    show(OSSL_OP_SIGNATURE, {"ECDSA", "RSA", "ED25519"});
    show(OSSL_OP_DECODER, {"EC", "RSA", "RSA-PSS", "ED25519"},
         {"input=der", "structure=SubjectPublicKeyInfo"});
  }

  void* provider_context() const { return OSSL_PROVIDER_get0_provider_ctx(whole_); }
  const OSSL_ALGORITHM* algorithms(int operation, int* must_ask_again) const {
    const auto shown = shown_.find(operation);
    if (shown == shown_.end()) {
      return OSSL_PROVIDER_query_operation(whole_, operation, must_ask_again);
    }
    *must_ask_again = 0;
    return shown->second.data();
  }

 private:
  void show(int operation, std::initializer_list<std::string_view> names,
            std::initializer_list<std::string_view> properties = {}) {
    int must_ask_again = 0;
    Algorithms& shown = shown_[operation];
    const OSSL_ALGORITHM* each = OSSL_PROVIDER_query_operation(whole_, operation, &must_ask_again);
    for (; each != nullptr && each->algorithm_names != nullptr; ++each) {
      const bool is_wanted = std::ranges::any_of(
          names, [each](std::string_view name) { return is_named(*each, name); });
      if (is_wanted && has_properties(*each, properties)) shown.push_back(*each);
    }
    CHANCERY_ASSERT(shown.size() >= names.size());
    shown.push_back({nullptr, nullptr, nullptr, nullptr});
  }

  // What is fetched points into all of this.
  OSSL_LIB_CTX* const context_;
  OSSL_PROVIDER* const whole_;
  std::map<int, Algorithms> shown_;
};

// Never destroyed: libcrypto may ask while the process ends.
const Window& window() {
  static const Window& only = *new Window;
  return only;
}

const OSSL_ALGORITHM* query(void* /*provider_context*/, int operation, int* must_ask_again) {
  return window().algorithms(operation, must_ask_again);
}

// The algorithms' functions are the default provider's, and so is the context that they are given.
int start_provider(const OSSL_CORE_HANDLE* /*core*/, const OSSL_DISPATCH* /*offered*/,
                   const OSSL_DISPATCH** functions, void** provider_context) {
  static const std::array<OSSL_DISPATCH, 2> ours = {{
      {OSSL_FUNC_PROVIDER_QUERY_OPERATION, reinterpret_cast<void (*)()>(query)},
      {0, nullptr},
  }};
  *functions = ours.data();
  *provider_context = window().provider_context();
  return 1;
}

}  // namespace

void offer_few_algorithms() {
  // One that is loaded by name stands in for the default provider, which nobody has loaded so. Kept
  // to the end, and not loaded again: each time it would be counted.
  constexpr const char* name = "few";
  CHANCERY_ASSERT(OSSL_PROVIDER_add_builtin(nullptr, name, start_provider) == 1);
  static const OSSL_PROVIDER* const few = OSSL_PROVIDER_load(nullptr, name);
  CHANCERY_ASSERT(few != nullptr);
}

}  // namespace chancery::openssl
