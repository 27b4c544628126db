// Software keys through a real key host process.
#include <signal.h>

#include "tests/conformance/hosted_backend.h"
#include "tests/conformance/key_backend_conformance.h"
#include "tests/conformance/software_device.h"

namespace chancery::conformance {
namespace {

class HostedSoftware final : public DeviceWithSecret {
 public:
  HostedSoftware(Algorithm algorithm, KeyFile file) : software_(algorithm, file) {}

  Result<Instances> open(std::size_t count) override {
    host_.reset();
    host_ = TRY(KeyHost::start(
        {.program = CHANCERY_KEYHOST, .backend_type = "software", .config = software_.config()},
        Deadline::after(std::chrono::seconds(30))));
    const KeyHostState state = host_->state();
    if (!state.is_up) return invalid_request(state.trouble_reason, state.trouble);
    return hosted(host_, count);
  }
  std::string secret() const override { return software_.secret(); }
  void configure_secret(std::string_view secret) override { software_.configure_secret(secret); }
  // The process is the device here: killed, it comes back by itself.
  void take_away() override {
    const std::optional<pid_t> process = host_->state().process;
    ASSERT_TRUE(process.has_value());
    ASSERT_EQ(kill(*process, SIGKILL), 0);
  }
  void bring_back() override {}

 private:
  SoftwareDevice software_;
  std::shared_ptr<KeyHost> host_;
};

Fixture fixture(Algorithm algorithm, KeyFile file) {
  return {.name = camel_case(name_of(algorithm)) + (file == KeyFile::encrypted ? "Encrypted" : ""),
          .algorithm = algorithm,
          .threads_max = 2,
          .make_device = [algorithm, file] {
            return std::make_unique<HostedSoftware>(algorithm, file);
          }};
}

const Fixture encrypted_file = fixture(Algorithm::ecdsa_p384_sha384, KeyFile::encrypted);

}  // namespace

INSTANTIATE_TEST_SUITE_P(
    KeyHost, KeyBackendConformance,
    ::testing::Values(fixture(Algorithm::ecdsa_p256_sha256, KeyFile::plain),
                      fixture(Algorithm::rsa_pkcs1v15_2048_sha256, KeyFile::plain),
                      fixture(Algorithm::ed25519, KeyFile::plain), encrypted_file),
    name_of_fixture);
INSTANTIATE_TEST_SUITE_P(KeyHost, KeyBackendSecret, ::testing::Values(encrypted_file),
                         name_of_fixture);

}  // namespace chancery::conformance
