// The fake that other tests sign with is held to the contract too, or it would drift.
#include "tests/support/key_host/fake_key_host.h"

#include "tests/conformance/hosted_backend.h"
#include "tests/conformance/key_backend_conformance.h"

namespace chancery::conformance {
namespace {

class FakeDevice final : public Device {
 public:
  explicit FakeDevice(Algorithm algorithm) {
    EXPECT_TRUE(fake_->make_key("key", algorithm, Deadline::after(std::chrono::seconds(30))).ok());
  }
  Result<Instances> open(std::size_t count) override { return hosted(fake_, count); }
  void take_away() override { fake_->set_up(false); }
  void bring_back() override { fake_->set_up(true); }

 private:
  std::shared_ptr<testing::FakeKeyHost> fake_ = std::make_shared<testing::FakeKeyHost>();
};

Fixture fixture(Algorithm algorithm) {
  return {.name = camel_case(name_of(algorithm)),
          .algorithm = algorithm,
          .threads_max = 2,
          .abilities = {.attests_keys = true},
          .make_device = [algorithm] { return std::make_unique<FakeDevice>(algorithm); }};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Fake, KeyBackendConformance,
                         ::testing::Values(fixture(Algorithm::ecdsa_p256_sha256),
                                           fixture(Algorithm::ed25519)),
                         name_of_fixture);

}  // namespace chancery::conformance
