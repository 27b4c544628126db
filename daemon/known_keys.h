// The keys that were in use here, by the journal, each with its public key's SHA-256: make_missing
// makes a key on first use, and what was lost later must not come back as another key, unseen.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "daemon/config/config.h"
#include "daemon/journal/journal.h"
#include "daemon/key_ring.h"

namespace chancery::daemon {

// All of a backend but `to_make_anew`; the log's key is never made anew, as the log goes on with no
// other.
Result<std::set<std::string>> keys_not_to_make(Journal& journal, const Config& config,
                                               std::string_view backend,
                                               const std::vector<KeyName>& to_make_anew);

// Those that `config` uses and that are there, as check_known_keys() has let them pass. Waits for
// the commit.
Result<void> remember_keys(Journal& journal, const Config& config, const KeyRing& keys);

// Nothing is said of a backend that is down; those `to_make_anew` may be other keys than before.
// Errors: not_found KEY_LOST; corrupt KEY_REPLACED.
Result<void> check_known_keys(Journal& journal, const Config& config, const KeyRing& keys,
                              const std::vector<KeyName>& to_make_anew);

}  // namespace chancery::daemon
