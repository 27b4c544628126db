// A SoftHSM token in a directory of its own. SoftHSM is not safe for two processes that log in at
// once, so nobody else may use it meanwhile.
#pragma once

#include <string>
#include <vector>

#include "backends/key_backend.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {

inline constexpr std::string_view soft_hsm_module = "/usr/lib/softhsm/libsofthsm2.so";

class SoftHsm {
 public:
  // Fails the test where softhsm2-util is missing.
  SoftHsm();

  // The options of a backend of type "pkcs11". `module` may wrap SoftHSM.
  BackendConfig config(std::string_view module = soft_hsm_module) const;
  // The same as a table of chancery.toml: `[[backend]]` with this name.
  std::string table(std::string_view name) const;

  std::string pin() const { return "Wombat-Glacier-42"; }
  void configure_pin(std::string_view pin) const;
  std::filesystem::path pin_file() const { return directory_ / "pin"; }
  std::filesystem::path configuration() const { return directory_ / "softhsm2.conf"; }
  // Where the backend keeps what it remembers.
  std::filesystem::path directory() const { return directory_ / "backend"; }

  // Another program imports a P-256 key under this label, while nobody else uses the token. Returns
  // what is new in the token's directory: without it, the key is gone.
  std::vector<std::filesystem::path> import_key(const std::string& label) const;

  void take_away() const;
  void bring_back() const;

  // Another token beside it, empty and with the same PIN.
  void add_token(std::string_view label) const;

 private:
  // Asserts that it succeeds.
  void tool(const std::string& name, const std::vector<std::string>& arguments) const;

  TemporaryDirectory directory_;
};

}  // namespace chancery::testing
