// What the daemon and a key host say to each other, one message a packet. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "backends/key_backend.h"

namespace chancery::host {

// What only a host that is not yet shut can do.
struct KeyToMake {
  std::string name;
  Algorithm algorithm;
};
struct KeyToRemove {
  std::string name;
};
struct KeyToAttest {
  std::string name;
  Bytes challenge;
};
struct CredentialToActivate {
  std::string name;
  Bytes credential;
};
using Task = std::variant<KeyToMake, KeyToRemove, KeyToAttest, CredentialToActivate>;

// The daemon's first message: which backend, and perhaps a task before the host is shut.
struct Open {
  std::string backend_type;
  BackendConfig config;
  std::optional<Task> task;
  Deadline deadline;
};

// The daemon's others. Any number may be on their way; the host takes them in order.
struct Sign {
  std::uint64_t id;
  Deadline deadline;
  std::string key_name;
  Bytes input;
};

// Sent while it has nothing to sign, one at a time.
struct Probe {
  Deadline deadline;
};

// The host answers Open with its keys (KeyInfo or UnusableKey, one each), then Opened; or with
// OpenFailed.
struct Opened {
  std::uint32_t threads = 1;  // so many requests may have begun and not ended
  bool memory_locked = false;
  bool files_confined = false;                // the kernel has Landlock
  bool takes_probes = false;                  // its backend is a DeviceProbe
  std::optional<Error> task_trouble;          // why the task was not done
  std::optional<KeyAttestation> attestation;  // what the task gave, if it was one
  std::optional<Bytes> hidden;                // likewise: what was in the credential
};
struct OpenFailed {
  Error error;
};

// The host's answers to Sign.
struct Signed {
  std::uint64_t id;
  Bytes signature;
};
struct Refused {
  std::uint64_t id;
  Error error;
  bool key_is_unusable = false;  // from now on, until the backend is opened anew
};

// And to Probe.
struct Probed {
  std::optional<Error> trouble;  // why the device cannot sign
};

using ToHost = std::variant<Open, Sign, Probe>;
using FromHost = std::variant<KeyInfo, UnusableKey, Opened, OpenFailed, Signed, Refused, Probed>;

Bytes encode(const ToHost& message);
Bytes encode(const FromHost& message);

// Strict: every byte is accounted for. Error: corrupt MESSAGE_MALFORMED.
Result<ToHost> decode_to_host(ByteView packet);
Result<FromHost> decode_from_host(ByteView packet);

}  // namespace chancery::host
