// Software keys, in process.
#include "backends/software/software.h"

#include "tests/conformance/key_backend_conformance.h"
#include "tests/conformance/software_device.h"

namespace chancery::conformance {
namespace {

Fixture fixture(Algorithm algorithm, KeyFile file) {
  return {.name = camel_case(name_of(algorithm)) + (file == KeyFile::encrypted ? "Encrypted" : ""),
          .algorithm = algorithm,
          .threads_max = software::backend_type.threads_max,
          .make_device = [algorithm, file] {
            return std::make_unique<SoftwareDevice>(algorithm, file);
          }};
}

std::vector<Fixture> plain_files() {
  std::vector<Fixture> out;
  for (const Algorithm algorithm : software_algorithms) {
    out.push_back(fixture(algorithm, KeyFile::plain));
  }
  return out;
}

const Fixture encrypted_file = fixture(Algorithm::ecdsa_p256_sha256, KeyFile::encrypted);

}  // namespace

INSTANTIATE_TEST_SUITE_P(Software, KeyBackendConformance, ::testing::ValuesIn(plain_files()),
                         name_of_fixture);
INSTANTIATE_TEST_SUITE_P(SoftwareEncrypted, KeyBackendConformance,
                         ::testing::Values(encrypted_file), name_of_fixture);
INSTANTIATE_TEST_SUITE_P(Software, KeyBackendSecret, ::testing::Values(encrypted_file),
                         name_of_fixture);

}  // namespace chancery::conformance
