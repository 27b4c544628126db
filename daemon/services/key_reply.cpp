#include "daemon/services/key_reply.h"

namespace chancery::daemon {
namespace {

// What is known of it besides its device's own word.
v1::Key describe(const Parts& parts, const KeyName& name) {
  v1::Key key;
  key.set_name(name.text());
  const std::shared_ptr<const Config> config = parts.config.get();
  for (const ProfileSection& profile : config->profiles) {
    if (uses_key(profile, name)) key.add_profiles(profile.name);
  }
  key.set_is_stopped(!parts.standing.check_key(name).ok());
  key.set_certificates(parts.standing.certificates_of(name));
  return key;
}

}  // namespace

v1::Key to_wire(const Parts& parts, const KeyName& name, const KeyInfo& info) {
  v1::Key key = describe(parts, name);
  key.set_algorithm(std::string(name_of(info.algorithm)));
  key.set_spki(to_text(info.spki));
  return key;
}

v1::Key to_wire(const Parts& parts, const KeyName& name, const UnusableKey& unusable) {
  v1::Key key = describe(parts, name);
  key.set_trouble(unusable.why.message);
  return key;
}

}  // namespace chancery::daemon
