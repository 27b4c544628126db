// A software TPM with key files as a Device.
#pragma once

#include "tests/conformance/device.h"
#include "tests/support/devices/swtpm.h"

namespace chancery::conformance {

enum class AuthValue { none, from_file };
enum class TpmBus { trusted, untrusted };

class TpmDevice : public DeviceWithSecret {
 public:
  TpmDevice(Algorithm algorithm, AuthValue auth_value, TpmBus bus);

  Result<Instances> open(std::size_t count) override;
  std::string secret() const override;
  void configure_secret(std::string_view secret) override;
  void take_away() override { swtpm_.stop(); }
  void bring_back() override { swtpm_.start(); }
  const BackendConfig& config() const { return config_; }

 private:
  testing::Swtpm swtpm_;
  BackendConfig config_;
};

}  // namespace chancery::conformance
