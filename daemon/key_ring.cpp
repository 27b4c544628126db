#include "daemon/key_ring.h"

#include <fmt/format.h>

namespace chancery::daemon {

void KeyRing::add(std::string backend, std::unique_ptr<KeyHost> host) {
  hosts_.emplace(std::move(backend), std::move(host));
}

Result<SigningKey> KeyRing::find(std::string_view backend, std::string_view key) const {
  KeyHost* host = TRY(this->host(backend));
  for (KeyInfo& info : host->keys()) {
    if (info.name != key) continue;
    PublicKey public_key = TRY(parsed(info.spki));
    return SigningKey{host, std::move(info), std::move(public_key)};
  }
  if (std::optional<Error> trouble = host->trouble_with(key)) return *std::move(trouble);
  const KeyHostState state = host->state();
  if (!state.is_up) {
    return unavailable("BACKEND_DOWN",
                       fmt::format("backend \"{}\" is down: {}", backend, state.trouble));
  }
  return not_found("KEY_NOT_FOUND", fmt::format("backend \"{}\" has no key \"{}\"", backend, key));
}

Result<KeyHost*> KeyRing::host(std::string_view backend) const {
  const auto host = hosts_.find(backend);
  if (host == hosts_.end()) {
    return not_found("BACKEND_UNKNOWN", fmt::format("no backend is named \"{}\"", backend));
  }
  return host->second.get();
}

std::vector<KeyRing::NamedHost> KeyRing::hosts() const {
  std::vector<NamedHost> out;
  for (const auto& [name, host] : hosts_) out.push_back({name, host.get()});
  return out;
}

Result<PublicKey> KeyRing::parsed(const Bytes& spki) const {
  const std::lock_guard lock(mutex_);
  const auto known = parsed_.find(spki);
  if (known != parsed_.end()) return known->second;
  PublicKey key = TRY(PublicKey::from_spki(spki));
  return parsed_.emplace(spki, std::move(key)).first->second;
}

}  // namespace chancery::daemon
