// How long devices, the log and services elsewhere take: sums and counts since the start.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace chancery::daemon {

struct Timing {
  std::chrono::nanoseconds sum{};
  std::uint64_t count = 0;

  void add(std::chrono::nanoseconds took) {
    sum += took;
    ++count;
  }
};

// Thread-safe.
class Timings {
 public:
  // From the request to the key host to its checked signature, the wait in its queue included.
  void add_signature(const std::string& backend, std::chrono::nanoseconds took) {
    const std::lock_guard lock(mutex_);
    signatures_[backend].add(took);
  }
  // From the entry's commit to its proof.
  void add_proof(std::chrono::nanoseconds took) {
    const std::lock_guard lock(mutex_);
    proofs_.add(took);
  }
  // From the request to a service elsewhere to its answer, or to its failure.
  void add_remote(const std::string& destination, std::string_view operation,
                  std::chrono::nanoseconds took) {
    const std::lock_guard lock(mutex_);
    remote_[{destination, std::string(operation)}].add(took);
  }

  std::map<std::string, Timing> signatures() const {
    const std::lock_guard lock(mutex_);
    return signatures_;
  }
  Timing proofs() const {
    const std::lock_guard lock(mutex_);
    return proofs_;
  }
  // By destination, as the journal names it, and operation: "add", "find", "stamp".
  using Remote = std::map<std::pair<std::string, std::string>, Timing>;
  Remote remote() const {
    const std::lock_guard lock(mutex_);
    return remote_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Timing> signatures_;  // by backend
  Timing proofs_;
  Remote remote_;
};

}  // namespace chancery::daemon
