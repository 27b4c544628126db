// Which of a profile's keys signs now.
#pragma once

#include "daemon/config/config.h"
#include "daemon/flows/keys/standing.h"
#include "daemon/key_ring.h"

namespace chancery::daemon {

struct NewestKey {
  KeyName name;
  SigningKey key;
};

// The first of the profile's keys, newest first, that can sign: its backend lists it and nobody has
// stopped it. Errors: unavailable BACKEND_DOWN where that cannot be said of one that comes earlier;
// what is wrong with the newest of them, where none can.
Result<NewestKey> find_newest_key(const KeyRing& keys, const Standing& standing,
                                  const ProfileSection& profile);

}  // namespace chancery::daemon
