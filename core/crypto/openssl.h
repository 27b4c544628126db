// libcrypto's objects, freed by their owners, and our names in its terms. For sources that call it.
#pragma once

#include <openssl/evp.h>

#include <memory>

#include "core/crypto/algorithm.h"

namespace chancery::openssl {

template <auto free_function>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    free_function(object);
  }
};
template <typename T, auto free_function>
using Owned = std::unique_ptr<T, Free<free_function>>;

using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

inline const EVP_MD* hash_function(HashAlgorithm hash) {
  switch (hash) {
    case HashAlgorithm::sha256:
      return EVP_sha256();
    case HashAlgorithm::sha384:
      return EVP_sha384();
    case HashAlgorithm::sha512:
      return EVP_sha512();
  }
  return nullptr;
}

}  // namespace chancery::openssl
