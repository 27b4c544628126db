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
  // p11_kit_module_initialize would pass an unmanaged module nothing, which promises one thread.
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  const CK_RV value = functions_->C_Initialize(&arguments);
  initialized_ = value == CKR_OK;
  // Another user in this process did it, and will undo it.
  return value == CKR_CRYPTOKI_ALREADY_INITIALIZED ? CKR_OK : value;
}

void Module::finalize() {
  if (initialized_) functions_->C_Finalize(nullptr);
  initialized_ = false;
}

}  // namespace chancery::pkcs11
