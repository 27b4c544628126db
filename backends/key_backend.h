// The contract of everything that keeps private keys.
//
// To add a backend: a folder with its `open` function; a line in backends/registry.cpp; a line in
// backends/CMakeLists.txt; an instantiation in tests/conformance. Nothing else names it.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/deadline.h"
#include "core/base/result.h"
#include "core/crypto/algorithm.h"
#include "core/crypto/attestation.h"

namespace chancery {

struct KeyInfo {
  std::string name;     // unique within the backend
  Algorithm algorithm;  // fixes padding and hash: a key signs one way only
  Bytes spki;           // DER SubjectPublicKeyInfo
};

// A key that is there and cannot sign, while the others of its backend do.
struct UnusableKey {
  std::string name;
  Error why;  // what is wrong with it and what to do, for whoever asks for the key
};

// Nothing was signed, and it may be mended while the daemon runs: so it is unavailable.
inline UnusableKey unusable_key(std::string name, const Error& why) {
  return {std::move(name), unavailable(why.reason, why.message)};
}

// The deadline passed before the device was asked.
inline Error too_late() {
  return unavailable("DEADLINE_PASSED", "the deadline passed: nothing was done");
}

// Where private keys live. It lives in a key host process; one thread owns each instance, so calls
// never overlap and an implementation holds no locks.
class KeyBackend {
 public:
  virtual ~KeyBackend() = default;

  // The keys that can sign now. May talk to the device.
  virtual Result<std::vector<KeyInfo>> list_keys(Deadline deadline) = 0;

  // Those that are there and cannot sign, as was found at the opening or since: one that is damaged
  // must not take the others with it.
  virtual std::vector<UnusableKey> unusable_keys() const = 0;

  // Signs once, with no retry. `input` is the digest, or the message itself where
  // takes_message(algorithm). ECDSA answers in DER; RSA and Ed25519 answer raw.
  // Errors: not_found KEY_NOT_FOUND; invalid_request DIGEST_LENGTH_WRONG; unavailable (nothing was
  // signed), also DEADLINE_PASSED, and what is wrong with an unusable key; outcome_unknown (it may
  // have been).
  virtual Result<Bytes> sign(std::string_view key_name, ByteView input, Deadline deadline) = 0;
};

// More ability is a small interface of its own, asked for with dynamic_cast by the key host: before
// it is shut, on an instance opened for this one call and dropped after it. The instances that sign
// are opened afterwards, so they list what is there then. In each, `unavailable` promises that
// nothing changed and `outcome_unknown` that it may have.

// For backends that can make keys. Once this returns, the key is in the device for good (or its
// file on the disk) and is never there twice. Errors: invalid_request KEY_EXISTS, KEY_NAME_INVALID;
// unsupported ALGORITHM_UNSUPPORTED; exhausted DEVICE_FULL.
class KeyMaker {
 public:
  virtual ~KeyMaker() = default;
  virtual Result<KeyInfo> make_key(std::string_view name, Algorithm algorithm,
                                   Deadline deadline) = 0;
};

// For backends that can give up keys. Once this returns, no opening of the backend lists the key
// again, after a power cut either; what copies exist elsewhere is not this backend's to know. It
// takes any key that it lists, whoever made it. Errors: not_found KEY_NOT_FOUND; denied
// KEY_PROTECTED where the device or its configuration keeps it.
class KeyRemover {
 public:
  virtual ~KeyRemover() = default;
  virtual Result<void> remove_key(std::string_view name, Deadline deadline) = 0;
};

// For devices that can prove that a key was born in them and cannot leave. The statement covers
// `challenge` (limits::challenge_bytes of the verifier's choice), so that it is known to be new.
// Errors: not_found KEY_NOT_FOUND; unsupported KEY_NOT_ATTESTABLE (it came from elsewhere).
//
// That the word is this device's, an exchange shows: it reads a secret that no other device can,
// and only under the name of the key with which it attests. Errors besides: invalid_request
// CREDENTIAL_MALFORMED, CREDENTIAL_OF_ANOTHER_TPM, CREDENTIAL_OF_ANOTHER_KEY.
class KeyAttestor {
 public:
  virtual ~KeyAttestor() = default;
  virtual Result<KeyAttestation> attest_key(std::string_view name, ByteView challenge,
                                            Deadline deadline) = 0;
  // `name` is of the key that was attested; `credential` is what the format's verifier made.
  virtual Result<Bytes> activate_credential(std::string_view name, ByteView credential,
                                            Deadline deadline) = 0;
};

// For devices that can be gone while nobody signs. Unlike the others it is asked of an instance
// that signs, between two signatures.
class DeviceProbe {
 public:
  virtual ~DeviceProbe() = default;
  // Whether the device is there, by the smallest question that it has to answer itself. One that
  // was away is taken up again, as by sign(). Errors: unavailable, for none of its keys can sign.
  virtual Result<void> probe(Deadline deadline) = 0;
};

// One backend of the configuration, by its own option names; the values were checked by `check`.
struct BackendConfig {
  std::string name;
  std::vector<std::pair<std::string, std::string>> options;
  // Whether keys that should be there are made where they are not. Only the first opening of a
  // daemon's life may: later a missing key was lost, and one in its place would sign unseen.
  bool may_make_missing = true;
  // Were there in a daemon's life before: these are not made anew either.
  std::set<std::string> known_keys = {};

  bool may_make(const std::string& key) const {
    return may_make_missing && !known_keys.contains(key);
  }
  // The value, or nothing.
  const std::string* find(std::string_view option) const {
    for (const auto& [key, value] : options) {
      if (key == option) return &value;
    }
    return nullptr;
  }
};

// How tightly a key host is shut once its backend is open.
enum class Confinement {
  memory_only,  // no files, no sockets, no processes: software keys already in memory
  device,       // what a vendor's module or a TPM's driver needs; still no network
};

// A file or folder that a backend needs besides the system's libraries.
struct BackendPath {
  std::string path;
  enum Access { read, write } access = read;
};

// How `type = "software"` in the configuration becomes a backend.
struct BackendType {
  std::string_view name;
  std::size_t threads_max;  // a TPM takes one command at a time
  Confinement confinement;
  // Called in the daemon when the configuration is read: what is wrong with each unknown, missing
  // or bad option, a sentence each. Looks at the words only, at no file.
  std::vector<std::string> (*check)(const BackendConfig& config);
  // Called in the key host, before `open`: nothing else can be opened afterwards.
  std::vector<BackendPath> (*paths)(const BackendConfig& config);
  // Called in the key host, once: `count` instances, one for each of its threads; fewer where the
  // device allows no more, but one at least. What they share
  // (a module, a login) is theirs to guard. Errors: unavailable where the device is absent, which
  // the daemon tries again; others name what the operator has to mend.
  Result<std::vector<std::unique_ptr<KeyBackend>>> (*open)(const BackendConfig& config,
                                                           std::size_t count, Deadline deadline);
};

}  // namespace chancery
