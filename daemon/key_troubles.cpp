#include "daemon/key_troubles.h"

#include <fmt/format.h>

#include "daemon/note.h"

namespace chancery::daemon {

void KeyTroubles::note_changes(const Config& config, const KeyRing& keys) {
  std::map<std::string, std::string> now;
  for (const KeyRing::NamedHost& named : keys.hosts()) {
    for (const UnusableKey& key : named.host->unusable_keys()) {
      const KeyName name{named.backend, key.name};
      if (uses_key(config, name)) now.emplace(name.text(), key.why.message);
    }
  }
  for (const auto& [name, trouble] : now) {
    const auto before = noted_.find(name);
    if (before != noted_.end() && before->second == trouble) continue;
    note(Priority::warning, fmt::format("the key {} cannot be used: {}", name, trouble));
  }
  for (const auto& [name, trouble] : noted_) {
    if (now.contains(name)) continue;
    note(Priority::notice, fmt::format("the key {} is no longer in trouble", name));
  }
  noted_ = std::move(now);
}

}  // namespace chancery::daemon
