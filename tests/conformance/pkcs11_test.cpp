// SoftHSM, in process and through a real key host.
#include "tests/support/devices/soft_hsm.h"

#include "backends/pkcs11/pkcs11.h"
#include "tests/conformance/hosted_backend.h"
#include "tests/conformance/key_backend_conformance.h"

namespace chancery::conformance {
namespace {

using std::chrono::seconds;

// The token with one key that was made in it.
class SoftHsmDevice : public DeviceWithSecret {
 public:
  explicit SoftHsmDevice(Algorithm algorithm) {
    auto backend = pkcs11::open(config(), 1, Deadline::after(seconds(30)));
    EXPECT_TRUE(backend.ok()) << backend.error().message;
    const auto made = dynamic_cast<KeyMaker&>(*backend->at(0))
                          .make_key("key", algorithm, Deadline::after(seconds(60)));
    EXPECT_TRUE(made.ok()) << made.error().message;
  }

  Result<Instances> open(std::size_t count) override {
    return pkcs11::open(config(), count, Deadline::after(seconds(30)));
  }
  std::string secret() const override { return hsm_.pin(); }
  void configure_secret(std::string_view secret) override { hsm_.configure_pin(secret); }
  void take_away() override { hsm_.take_away(); }
  void bring_back() override { hsm_.bring_back(); }

 protected:
  BackendConfig config() const { return hsm_.config(); }

 private:
  testing::SoftHsm hsm_;
};

class HostedSoftHsm final : public SoftHsmDevice {
 public:
  using SoftHsmDevice::SoftHsmDevice;

  Result<Instances> open(std::size_t count) override {
    host_.reset();
    host_ = TRY(
        KeyHost::start({.program = CHANCERY_KEYHOST, .backend_type = "pkcs11", .config = config()},
                       Deadline::after(seconds(30))));
    const KeyHostState state = host_->state();
    if (!state.is_up) return invalid_request(state.trouble_reason, state.trouble);
    return hosted(host_, count);
  }

 private:
  std::shared_ptr<KeyHost> host_;
};

template <typename DeviceType>
Fixture fixture(Algorithm algorithm) {
  return {.name = camel_case(name_of(algorithm)),
          .algorithm = algorithm,
          .threads_max = 2,
          .abilities = {.makes_keys = true, .removes_keys = true},
          .make_device = [algorithm] { return std::make_unique<DeviceType>(algorithm); }};
}

template <typename DeviceType>
std::vector<Fixture> every_algorithm() {
  return {fixture<DeviceType>(Algorithm::ecdsa_p256_sha256),
          fixture<DeviceType>(Algorithm::ecdsa_p384_sha384),
          fixture<DeviceType>(Algorithm::rsa_pkcs1v15_3072_sha256),
          fixture<DeviceType>(Algorithm::rsa_pss_2048_sha256),
          fixture<DeviceType>(Algorithm::ed25519)};
}

const Fixture in_process = fixture<SoftHsmDevice>(Algorithm::ecdsa_p256_sha256);
const Fixture in_host = fixture<HostedSoftHsm>(Algorithm::ecdsa_p256_sha256);

}  // namespace

INSTANTIATE_TEST_SUITE_P(SoftHsm, KeyBackendConformance,
                         ::testing::ValuesIn(every_algorithm<SoftHsmDevice>()), name_of_fixture);
INSTANTIATE_TEST_SUITE_P(SoftHsm, KeyBackendSecret, ::testing::Values(in_process), name_of_fixture);
INSTANTIATE_TEST_SUITE_P(HostedSoftHsm, KeyBackendConformance,
                         ::testing::Values(in_host, fixture<HostedSoftHsm>(Algorithm::ed25519)),
                         name_of_fixture);
INSTANTIATE_TEST_SUITE_P(HostedSoftHsm, KeyBackendSecret, ::testing::Values(in_host),
                         name_of_fixture);

}  // namespace chancery::conformance
