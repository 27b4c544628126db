// A TPM's keys, in process and through a key host.
#include "backends/tpm/tpm.h"
#include "backends/host/key_host.h"
#include "tests/conformance/hosted_backend.h"
#include "tests/conformance/key_backend_conformance.h"
#include "tests/conformance/tpm_device.h"

namespace chancery::conformance {
namespace {

class HostedTpm final : public TpmDevice {
 public:
  using TpmDevice::TpmDevice;

  Result<Instances> open(std::size_t count) override {
    host_.reset();
    host_ =
        TRY(KeyHost::start({.program = CHANCERY_KEYHOST, .backend_type = "tpm", .config = config()},
                           Deadline::after(std::chrono::seconds(60))));
    const KeyHostState state = host_->state();
    if (!state.is_up) return invalid_request(state.trouble_reason, state.trouble);
    return hosted(host_, count);
  }

 private:
  std::shared_ptr<KeyHost> host_;
};

template <typename Kind>
Fixture fixture(Algorithm algorithm, AuthValue auth_value = AuthValue::none,
                TpmBus bus = TpmBus::trusted) {
  std::string name = camel_case(name_of(algorithm));
  if (auth_value == AuthValue::from_file) name += "WithAuthValue";
  if (bus == TpmBus::untrusted) name += "OnUntrustedBus";
  return {.name = std::move(name),
          .algorithm = algorithm,
          .threads_max = tpm::backend_type.threads_max,
          .abilities = {.attests_keys = true},
          .make_device = [=] { return std::make_unique<Kind>(algorithm, auth_value, bus); }};
}

// RSA keys take a TPM half a second to eleven to make, so one size stands for all; the unit tests
// make the other.
const Fixture with_value = fixture<TpmDevice>(Algorithm::ecdsa_p256_sha256, AuthValue::from_file);
const Fixture untrusted =
    fixture<TpmDevice>(Algorithm::ecdsa_p256_sha256, AuthValue::from_file, TpmBus::untrusted);
const Fixture hosted_with_value =
    fixture<HostedTpm>(Algorithm::ecdsa_p384_sha384, AuthValue::from_file);

}  // namespace

INSTANTIATE_TEST_SUITE_P(Tpm, KeyBackendConformance,
                         ::testing::Values(fixture<TpmDevice>(Algorithm::ecdsa_p256_sha256),
                                           fixture<TpmDevice>(Algorithm::ecdsa_p384_sha384),
                                           fixture<TpmDevice>(Algorithm::rsa_pkcs1v15_2048_sha256),
                                           with_value, untrusted),
                         name_of_fixture);
INSTANTIATE_TEST_SUITE_P(Tpm, KeyBackendSecret, ::testing::Values(with_value, untrusted),
                         name_of_fixture);
INSTANTIATE_TEST_SUITE_P(HostedTpm, KeyBackendConformance,
                         ::testing::Values(fixture<HostedTpm>(Algorithm::ecdsa_p256_sha256),
                                           hosted_with_value),
                         name_of_fixture);
INSTANTIATE_TEST_SUITE_P(HostedTpm, KeyBackendSecret, ::testing::Values(hosted_with_value),
                         name_of_fixture);

}  // namespace chancery::conformance
