// What must be said twice: the first time gives a token, which holds for a short while, for one
// administrator and one key.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "core/base/bytes.h"
#include "core/base/deadline.h"
#include "core/base/result.h"

namespace chancery::daemon {

// What exactly is to be confirmed: a key of the same name that was made since is another one.
struct Confirmable {
  std::uint32_t uid = 0;
  std::string key;
  Bytes spki;

  bool operator==(const Confirmable&) const = default;
};

// Thread-safe. Forgets everything with the daemon.
class Confirmations {
 public:
  using Time = Deadline::Clock::time_point;

  // Forgets the oldest where limits::confirmations_max wait.
  std::string ask(Confirmable what, Time now);
  // Once. Errors (invalid_request): CONFIRMATION_UNKNOWN (never given, used, or for something
  // else), CONFIRMATION_EXPIRED.
  Result<void> confirm(const std::string& token, const Confirmable& what, Time now);

 private:
  struct Asked {
    Confirmable what;
    Time until;
  };
  std::mutex mutex_;
  std::map<std::string, Asked> asked_;
};

}  // namespace chancery::daemon
