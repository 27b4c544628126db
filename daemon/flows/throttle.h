// How often each rule is used, by all together and by each user.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/policy/decide.h"

namespace chancery::daemon {

// Thread-safe. Outlives reloads: who has used up a rule's tokens does not get new ones by it.
// Forgets everything with the daemon.
class Throttle {
 public:
  using Time = policy::TokenBucket::Time;

  // A token of each of the rule's buckets, or of none. Before signing, never after.
  // Error: exhausted RATE_LIMITED, with the rule and when to come again.
  Result<void> take(const policy::Decision& decision, std::uint32_t uid, Time now);
  // What take() took by the same decision: nothing new is signed for it.
  void give_back(const policy::Decision& decision, std::uint32_t uid);
  // As take(), and takes nothing.
  Result<void> look(const policy::Decision& decision, std::uint32_t uid, Time now);

 private:
  // The rule's own has no user.
  using Key = std::pair<std::string, std::optional<std::uint32_t>>;
  struct Asked {
    Key key;
    policy::Rate rate;
  };
  static std::vector<Asked> buckets_of(const policy::Decision& decision, std::uint32_t uid);
  Result<void> check(const std::vector<Asked>& asked, Time now);

  std::mutex mutex_;
  std::map<Key, policy::TokenBucket> buckets_;  // a full one need not be kept
};

// The tokens of one request. One thread at a time.
class Turn {
 public:
  explicit Turn(Throttle& throttle) : throttle_(throttle) {}
  // As Throttle::take().
  Result<void> take(const policy::Decision& decision, std::uint32_t uid, Throttle::Time now);
  // It was answered with what was signed before.
  void give_back();
  // Nothing new is signed for it: it gets back what there was no room for just now. What will not
  // pass by itself is paid for, or a damaged page of the journal could be asked for at any speed.
  void give_back_after(const Error& error);

 private:
  struct Taken {
    policy::Decision decision;
    std::uint32_t uid;
  };
  Throttle& throttle_;
  std::optional<Taken> taken_;
};

}  // namespace chancery::daemon
