// A directory of key files as a Device.
#pragma once

#include "tests/conformance/device.h"
#include "tests/support/temporary_directory.h"

namespace chancery::conformance {

enum class KeyFile { plain, encrypted };

class SoftwareDevice : public DeviceWithSecret {
 public:
  SoftwareDevice(Algorithm algorithm, KeyFile file);

  Result<Instances> open(std::size_t count) override;
  std::string secret() const override;
  void configure_secret(std::string_view secret) override;
  // Open keys are in memory and sign on without their files.
  void take_away() override;
  void bring_back() override;
  const BackendConfig& config() const { return config_; }

 private:
  testing::TemporaryDirectory directory_;
  BackendConfig config_;
};

inline constexpr Algorithm software_algorithms[] = {
    Algorithm::ecdsa_p256_sha256,
    Algorithm::ecdsa_p384_sha384,
    Algorithm::ecdsa_p521_sha512,
    Algorithm::rsa_pkcs1v15_2048_sha256,
    Algorithm::rsa_pkcs1v15_3072_sha256,
    Algorithm::rsa_pkcs1v15_4096_sha256,
    Algorithm::ed25519,
};

}  // namespace chancery::conformance
