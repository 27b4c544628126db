#include "backends/pkcs11/module.h"

#include <fmt/format.h>

namespace chancery::pkcs11 {

Module::Module(CK_FUNCTION_LIST* functions) : functions_(functions) {}

Result<Module> Module::load(const std::filesystem::path& path) {
  // Unmanaged: a managed one goes through closures in writable, executable memory.
  CK_FUNCTION_LIST* functions = p11_kit_module_load(path.c_str(), P11_KIT_MODULE_UNMANAGED);
  if (functions != nullptr) return Module(functions);
  const char* why = p11_kit_message();
  return unavailable("MODULE_LOAD_FAILED",
                     fmt::format("cannot load the PKCS#11 module {}: {}", path.string(),
                                 why == nullptr ? "no reason given" : why));
}

CK_RV Module::initialize() {
  const CK_RV value = p11_kit_module_initialize(functions_.get());
  initialized_ = value == CKR_OK;
  // Another user in this process did it, and will undo it.
  return value == CKR_CRYPTOKI_ALREADY_INITIALIZED ? CKR_OK : value;
}

void Module::finalize() {
  if (initialized_) p11_kit_module_finalize(functions_.get());
  initialized_ = false;
}

}  // namespace chancery::pkcs11
