// The daemon's side of a key host: a process of its own that holds the keys of one backend.
//
// chancery-keyhost is exec'ed with one socketpair (SOCK_SEQPACKET) and nothing else. A host that
// dies, hangs past limits::key_host_answer_max (key_host_start_max where nobody waits for it),
// answers garbage or signs wrongly is killed and started anew.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "backends/key_backend.h"
#include "core/base/limits/key_hosts.h"

namespace chancery {

struct KeyHostOptions {
  std::filesystem::path program;  // chancery-keyhost
  std::string backend_type;
  BackendConfig config;
  // Runs a signature's check (P-256: 64 us of CPU) and then its `done`. Pass Pool::post so that the
  // pool's threads share them; the host's own thread does both without it, and where one answer
  // comes alone.
  std::function<void(std::function<void()>)> post = {};
  // Told, as `done` is, of what goes wrong with the host itself, or of a device that is gone while
  // nobody signs, for the operator's log; not again while it stays the same.
  std::function<void(const Error&)> report = {};
  // Told when it is up again after what `report` was told.
  std::function<void()> report_recovery = {};
  // Told, as `done` is, each time that the backend has opened: keys() are its new ones by then.
  std::function<void()> opened = {};

  // Copies of core/base/limits, so that tests need not wait as long.
  std::size_t queue_max = limits::key_host_queue_max;
  std::chrono::milliseconds start_max = limits::key_host_start_max;
  std::chrono::milliseconds answer_max = limits::key_host_answer_max;
  std::chrono::milliseconds late_answer_max = limits::key_host_late_answer_max;
  std::chrono::milliseconds probe_interval = limits::key_host_probe_interval;
  std::size_t resident_bytes_max = limits::key_host_resident_bytes_max;
};

struct KeyHostState {
  bool is_up = false;
  std::string trouble_reason;  // why it is not: PASSPHRASE_WRONG
  std::string trouble;         // the same in words
  // Up, but its device refused what was last asked of it: to sign or, where nobody signs, whether
  // it is there.
  std::string refusal;
  bool is_away = false;     // that is so of all its keys: the device does not answer as it should
  std::size_t waiting = 0;  // requests queued or with the host
  std::uint64_t starts = 0;
  std::uint64_t signatures = 0;
  std::uint64_t answers = 0;     // to requests: refusals, and what was given up, too
  std::uint64_t probes = 0;      // answered, one way or the other
  std::optional<pid_t> process;  // never -1: kill(2) would take that for everybody
  bool memory_locked = false;    // no key reaches the swap
  bool files_confined = false;   // by Landlock, besides seccomp
};

// Thread-safe. Owned by the daemon for its whole life; the destructor answers what is left and ends
// the process.
class KeyHost {
 public:
  using SignDone = std::function<void(Result<Bytes>)>;

  // Starts the process and waits until it has listed its keys, or says why it cannot: a backend
  // whose device is absent, or whose passphrase is wrong, is no error here. The host is tried again
  // and again, and `state()` says why. Errors: unavailable KEY_HOST_START_FAILED (no such program).
  static Result<std::unique_ptr<KeyHost>> start(KeyHostOptions options, Deadline deadline);
  virtual ~KeyHost() = default;

  // The keys listed when the host last came up.
  virtual std::vector<KeyInfo> keys() const = 0;
  // The one of them with this name.
  virtual std::optional<KeyInfo> find_key(std::string_view name) const = 0;
  // Those that were there and could not sign, or were found so since.
  virtual std::vector<UnusableKey> unusable_keys() const = 0;
  // For whoever wants to sign with such a key: why it cannot; nothing of any other key. Now and
  // then the backend is opened anew for it, so that a key that was mended is taken up.
  virtual std::optional<Error> trouble_with(std::string_view key_name) = 0;

  // Queues one signature. `done` runs once, with a signature that has been checked with the key's
  // public key: through KeyHostOptions::post, or on the host's own thread (post real work
  // elsewhere then); a refusal before queueing runs it before sign() returns. Hold no lock that
  // `done` takes. Errors besides the backend's own:
  //   not_found KEY_NOT_FOUND; invalid_request INPUT_TOO_LARGE (all at once)
  //   exhausted KEY_HOST_QUEUE_FULL (at once)
  //   unavailable KEY_HOST_DOWN (it never reached a host; at once where the backend cannot open)
  //   unavailable KEY_CHANGED (the backend was opened anew meanwhile, without this key)
  //   unavailable with what trouble_with() says
  //   unavailable DEADLINE_PASSED (nothing was signed)
  //   outcome_unknown KEY_HOST_DIED, KEY_HOST_HUNG, KEY_HOST_LATE (it had begun, or may have)
  //   internal WRONG_SIGNATURE (the host is replaced)
  virtual void sign(std::string key_name, Bytes input, Deadline deadline, SignDone done) = 0;
  // The same, waiting. Never on a thread that runs `post`.
  Result<Bytes> sign(std::string key_name, Bytes input, Deadline deadline);

  // What KeyMaker, KeyRemover and KeyAttestor promise, where the backend is one: unsupported
  // CANNOT_MAKE_KEYS, CANNOT_REMOVE_KEYS, CANNOT_ATTEST_KEYS otherwise. Only a host that is not yet
  // shut can: what has begun is finished, and a new host does this before it takes up the rest.
  // Each waits. What waited for a key that was removed is answered KEY_CHANGED. Errors besides:
  // those of reopen().
  virtual Result<KeyInfo> make_key(std::string name, Algorithm algorithm, Deadline deadline) = 0;
  virtual Result<void> remove_key(std::string name, Deadline deadline) = 0;
  virtual Result<KeyAttestation> attest_key(std::string name, Bytes challenge,
                                            Deadline deadline) = 0;
  virtual Result<Bytes> activate_credential(std::string name, Bytes credential,
                                            Deadline deadline) = 0;
  // The backend is opened anew and lists its keys. Waits. Errors: unavailable DEADLINE_PASSED (the
  // host was busy), KEY_HOST_DOWN; outcome_unknown DEADLINE_PASSED, KEY_HOST_DIED.
  virtual Result<void> reopen(Deadline deadline) = 0;

  virtual KeyHostState state() const = 0;
};

}  // namespace chancery
