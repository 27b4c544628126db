// What a backend is run on in the conformance suite: one key, "key", and ways to break things.
#pragma once

#include <functional>
#include <ostream>

#include "backends/key_backend.h"

namespace chancery::conformance {

using Instances = std::vector<std::unique_ptr<KeyBackend>>;

// Set up for one test and gone with it.
class Device {
 public:
  virtual ~Device() = default;

  // The backend on this device, as a key host opens it.
  virtual Result<Instances> open(std::size_t count) = 0;

  // Pulls the device out, and puts it back.
  virtual void take_away() = 0;
  virtual void bring_back() = 0;
};

// One that takes a PIN or passphrase.
class DeviceWithSecret : public Device {
 public:
  // What no message may contain.
  virtual std::string secret() const = 0;
  // What the configuration says it is; the device itself does not change.
  virtual void configure_secret(std::string_view secret) = 0;
};

// The small interfaces besides KeyBackend. What a backend cannot do, it is seen to refuse.
struct Abilities {
  bool makes_keys = true;
  bool removes_keys = true;
  bool attests_keys = false;
};

struct Fixture {
  std::string name;  // "SoftwareEcdsaP256"
  Algorithm algorithm = Algorithm::ecdsa_p256_sha256;
  std::size_t threads_max = 1;
  Abilities abilities = {};
  std::function<std::unique_ptr<Device>()> make_device;
};

// "SoftwareEcdsaP256": GoogleTest wants letters and digits alone.
std::string camel_case(std::string_view words);
inline void PrintTo(const Fixture& fixture, std::ostream* out) { *out << fixture.name; }

}  // namespace chancery::conformance
