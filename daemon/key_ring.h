// The daemon's key hosts by name, and the public keys of what they hold.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "backends/host/key_host.h"
#include "core/crypto/public_key.h"

namespace chancery::daemon {

// A key that can sign now. `host` belongs to the ring and outlives every request.
struct SigningKey {
  KeyHost* host;
  KeyInfo info;
  PublicKey public_key;
};

// Thread-safe once every host has been added.
class KeyRing {
 public:
  // Only while the daemon starts.
  void add(std::string backend, std::unique_ptr<KeyHost> host);

  // Errors: not_found BACKEND_UNKNOWN, KEY_NOT_FOUND; unavailable BACKEND_DOWN with the host's
  // own trouble, where the device is away, or what is wrong with a key that cannot be used.
  Result<SigningKey> find(std::string_view backend, std::string_view key) const;

  // Error: not_found BACKEND_UNKNOWN.
  Result<KeyHost*> host(std::string_view backend) const;

  struct NamedHost {
    std::string backend;
    KeyHost* host;
  };
  std::vector<NamedHost> hosts() const;

  // Ends every host. Only when nothing asks any more.
  void stop() { hosts_.clear(); }

 private:
  // A parsed key costs as much as a signature: parse each SPKI once.
  Result<PublicKey> parsed(const Bytes& spki) const;

  std::map<std::string, std::unique_ptr<KeyHost>, std::less<>> hosts_;
  mutable std::mutex mutex_;
  mutable std::map<Bytes, PublicKey> parsed_;
};

}  // namespace chancery::daemon
