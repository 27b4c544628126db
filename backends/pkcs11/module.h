// A vendor's PKCS#11 module in this process.
#pragma once

#include <p11-kit/p11-kit.h>

#include <filesystem>
#include <memory>

#include "core/base/result.h"

namespace chancery::pkcs11 {

// Loaded for as long as it lives; initialised and finalised by its owner, and told that threads use
// it. p11-kit finds its functions and reads no configuration of its own for this.
class Module {
 public:
  // Error: unavailable MODULE_LOAD_FAILED.
  static Result<Module> load(const std::filesystem::path& path);

  CK_FUNCTION_LIST* operator->() const { return functions_.get(); }
  CK_RV initialize();
  // Does nothing where it is not initialised. No call of the module may be under way.
  void finalize();

 private:
  explicit Module(CK_FUNCTION_LIST* functions);
  struct Release {
    void operator()(CK_FUNCTION_LIST* functions) const { p11_kit_module_release(functions); }
  };
  std::unique_ptr<CK_FUNCTION_LIST, Release> functions_;
  bool initialized_ = false;
};

}  // namespace chancery::pkcs11
