#include "backends/registry.h"

#include <array>

#include "backends/pkcs11/pkcs11.h"
#include "backends/software/software.h"
#include "backends/tpm/tpm.h"

namespace chancery {

std::span<const BackendType> backend_types() {
  static constexpr std::array types{
      software::backend_type,
      tpm::backend_type,
      pkcs11::backend_type,
  };
  return types;
}

}  // namespace chancery
