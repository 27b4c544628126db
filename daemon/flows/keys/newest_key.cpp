#include "daemon/flows/keys/newest_key.h"

namespace chancery::daemon {
namespace {

Result<SigningKey> find_usable(const KeyRing& keys, const Standing& standing, const KeyName& name) {
  TRY(standing.check_key(name));
  return keys.find(name.backend, name.key);
}

}  // namespace

Result<NewestKey> find_newest_key(const KeyRing& keys, const Standing& standing,
                                  const ProfileSection& profile) {
  std::optional<Error> first_trouble;
  for (const KeyName& name : profile.keys) {
    Result<SigningKey> key = find_usable(keys, standing, name);
    if (key.ok()) return NewestKey{name, std::move(*key)};
    // A device that blinks must not change who signs.
    if (key.error().code == ErrorCode::unavailable) return key.error();
    if (!first_trouble) first_trouble = key.error();
  }
  CHANCERY_ASSERT(first_trouble.has_value());  // a profile has a key: the configuration was checked
  return *first_trouble;
}

}  // namespace chancery::daemon
