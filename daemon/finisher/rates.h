// How many signatures a second each service elsewhere has a part in at most: taken before anything
// is signed, so that nothing that is signed waits for it.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/policy/rate.h"

namespace chancery::daemon {

// Thread-safe. Destinations are as the journal names them; one without a rate is never used up.
class Rates {
 public:
  using Time = policy::TokenBucket::Time;
  using Destinations = std::vector<std::string>;

  // Before any thread asks.
  void add(const std::string& destination, std::int64_t per_second);

  // A token of each of them, or of none. Error: exhausted REMOTE_RATE_LIMITED, with the service and
  // when to come again.
  Result<void> take(const Destinations& destinations, Time now);
  // As take(), and takes nothing.
  Result<void> look(const Destinations& destinations, Time now) const;
  // What take() took: nothing is signed for it.
  void give_back(const Destinations& destinations);

 private:
  struct Bucket {
    policy::Rate rate;
    policy::TokenBucket tokens;
  };
  Result<void> check(const Destinations& destinations, Time now) const;

  mutable std::mutex mutex_;
  std::map<std::string, Bucket, std::less<>> buckets_;
};

}  // namespace chancery::daemon
