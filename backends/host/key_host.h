// The daemon's side of a key host: a process of its own that holds the keys of one backend.
//
// chancery-keyhost is exec'ed with one socketpair (SOCK_SEQPACKET) and nothing else. A host that
// dies, hangs past limits::key_host_answer_max or answers garbage is killed and started anew.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "backends/key_backend.h"
#include "core/crypto/public_key.h"

namespace chancery {

struct KeyHostOptions {
  std::filesystem::path program;  // chancery-keyhost
  std::string backend_type;
  BackendConfig config;
};

struct KeyHostState {
  bool is_up = false;
  std::string trouble;      // why it is not
  std::size_t waiting = 0;  // requests queued or with the host
  std::uint64_t starts = 0;
  std::uint64_t signatures = 0;
  bool memory_locked = false;
};

// Thread-safe. Owned by the daemon for its whole life; the destructor ends the process.
class KeyHost {
 public:
  using SignDone = std::function<void(Result<Bytes>)>;

  // Starts the process and lists its keys. A backend whose device is absent is no error: the host
  // stays, `state()` says why, and it is tried again.
  static Result<std::unique_ptr<KeyHost>> start(KeyHostOptions options, Deadline deadline);
  virtual ~KeyHost() = default;

  // The keys listed when the host last came up.
  virtual std::vector<KeyInfo> keys() const = 0;

  // Queues one signature; `done` runs once, on the host's own thread: post real work elsewhere.
  // The signature has been checked with the key's public key. Errors besides the backend's own:
  // exhausted KEY_HOST_QUEUE_FULL (at once), unavailable KEY_HOST_DOWN (never reached it),
  // outcome_unknown KEY_HOST_DIED / KEY_HOST_HUNG (it had begun), internal WRONG_SIGNATURE.
  virtual void sign(std::string key_name, Bytes input, Deadline deadline, SignDone done) = 0;
  // The same, waiting.
  Result<Bytes> sign(std::string key_name, Bytes input, Deadline deadline);

  virtual Result<KeyInfo> make_key(std::string name, Algorithm algorithm, Deadline deadline) = 0;
  virtual KeyHostState state() const = 0;
};

}  // namespace chancery
