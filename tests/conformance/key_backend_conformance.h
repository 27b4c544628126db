// Every backend passes this suite. One that cannot do a thing says so in its Fixture; the test is
// then skipped, visibly.
//
// A backend joins with INSTANTIATE_TEST_SUITE_P(Name, KeyBackendConformance, ...) in a file of its
// own, and with KeyBackendSecret where it takes a PIN or passphrase.
#pragma once

#include <gtest/gtest.h>

#include "tests/conformance/device.h"

namespace chancery::conformance {

class KeyBackendConformance : public ::testing::TestWithParam<Fixture> {
 protected:
  KeyBackendConformance() : device_(GetParam().make_device()) {}

  Algorithm algorithm() const { return GetParam().algorithm; }
  // Fails the test where it cannot be opened.
  Instances open(std::size_t count = 1);
  // What the key signs: a digest of its length, or a message.
  Bytes input(std::uint8_t seed = 1) const;
  // Whether the signature is the key's over the input.
  Result<void> verify(const KeyInfo& key, ByteView input, ByteView signature) const;

  std::unique_ptr<Device> device_;
};

// For backends with a PIN or passphrase, besides.
class KeyBackendSecret : public KeyBackendConformance {
 protected:
  DeviceWithSecret& device() { return dynamic_cast<DeviceWithSecret&>(*device_); }
};

inline std::string name_of_fixture(const ::testing::TestParamInfo<Fixture>& info) {
  return info.param.name;
}

}  // namespace chancery::conformance
