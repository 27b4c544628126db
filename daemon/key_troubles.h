// What the operator is told of keys that cannot be used.
#pragma once

#include <map>
#include <string>

#include "daemon/config/config.h"
#include "daemon/key_ring.h"

namespace chancery::daemon {

// One thread at a time.
class KeyTroubles {
 public:
  // Of the keys that `config` uses: says what is wrong with each, once for as long as it stays so,
  // and when it is over.
  void note_changes(const Config& config, const KeyRing& keys);

 private:
  std::map<std::string, std::string> noted_;  // by the key's name
};

}  // namespace chancery::daemon
