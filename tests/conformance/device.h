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

  // The PIN or passphrase that no message may contain; empty where there is none.
  virtual std::string secret() const { return {}; }
  // Opens with another secret than the right one.
  virtual Result<Instances> open_with(std::string_view wrong_secret);

  // Pulls the device out, and puts it back.
  virtual void take_away() = 0;
  virtual void bring_back() = 0;
};

struct Fixture {
  std::string name;  // "SoftwareEcdsaP256"
  Algorithm algorithm = Algorithm::ecdsa_p256_sha256;
  std::size_t threads_max = 1;
  bool has_secret = false;
  std::function<std::unique_ptr<Device>()> make_device;
};

// "SoftwareEcdsaP256": GoogleTest wants letters and digits alone.
std::string camel_case(std::string_view words);
inline void PrintTo(const Fixture& fixture, std::ostream* out) { *out << fixture.name; }

}  // namespace chancery::conformance
