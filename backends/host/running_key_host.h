// KeyHost's one implementation: a thread that starts, listens to, times and replaces the process.
#pragma once

#include <sys/eventfd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "backends/host/device_watch.h"
#include "backends/host/key_host.h"
#include "backends/host/ledger.h"
#include "backends/host/message.h"
#include "backends/host/process.h"

namespace chancery::host {

// Wakes the host's thread; outlives the KeyHost while a check is still on its way through `post`.
class Bell {
 public:
  Bell() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~Bell();
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;
  void ring();
  void hush();
  int descriptor() const { return descriptor_; }

  // The host that was started as this one has signed wrongly and must go.
  void condemn(std::uint64_t start);
  bool condemned(std::uint64_t start) const { return condemned_ == start; }

 private:
  int descriptor_;
  std::atomic<std::uint64_t> condemned_{0};
};

// Callers send their requests themselves while the window is open, so that one request costs two
// wake-ups: the host's and this thread's for the answer.
class RunningKeyHost final : public KeyHost {
 public:
  explicit RunningKeyHost(KeyHostOptions options);
  ~RunningKeyHost() override;

  // Whether it came up or said why not; an error when it cannot be started at all.
  Result<void> await_first_opening(Deadline deadline);

  std::vector<KeyInfo> keys() const override;
  std::optional<KeyInfo> find_key(std::string_view name) const override;
  std::vector<UnusableKey> unusable_keys() const override;
  std::optional<Error> trouble_with(std::string_view key_name) override;
  void sign(std::string key_name, Bytes input, Deadline deadline, SignDone done) override;
  Result<KeyInfo> make_key(std::string name, Algorithm algorithm, Deadline deadline) override;
  Result<void> remove_key(std::string name, Deadline deadline) override;
  Result<KeyAttestation> attest_key(std::string name, Bytes challenge, Deadline deadline) override;
  Result<Bytes> activate_credential(std::string name, Bytes credential, Deadline deadline) override;
  Result<void> reopen(Deadline deadline) override;
  KeyHostState state() const override;

 private:
  enum class Phase {
    down,      // no process; the next is due at start_at_
    opening,   // it has been told to open its backend
    up,        // it takes requests
    draining,  // it finishes what it has, then makes room for one that opens anew
  };
  // What a caller of reopen() or of a task waits for; one at a time.
  struct Reopening {
    std::optional<Task> task;
    Deadline deadline;
    bool underway = false;
    std::optional<Result<Opened>> outcome;
  };
  // Why the process has to go, and how long it has to do so by itself.
  struct Farewell {
    std::optional<Error> trouble;
    std::chrono::milliseconds patience;
  };
  // What a host has listed.
  struct Keys {
    std::vector<std::shared_ptr<const KnownKey>> usable;
    std::vector<UnusableKey> unusable;
  };
  using Lock = std::unique_lock<std::mutex>;

  // Under the lock, on any thread.
  Result<Request> admit(const std::string& key_name, Bytes input, Deadline deadline,
                        SignDone& done);
  std::optional<Error> look_at_unusable(std::string_view key_name);
  Error down() const;
  bool is_away() const;
  bool is_unused() const { return phase_ == Phase::up && ledger_.empty(); }
  void send_waiting();
  Result<Opened> reopen_with(std::optional<Task> task, Deadline deadline);

  // The host's thread.
  void run();
  void sleep();
  // Under the lock; what they answer is delivered once it is released.
  void start_process();
  void receive();
  void take(ByteView packet);
  void take_message(KeyInfo key);
  void take_message(UnusableKey key);
  void take_message(Opened opened);
  void take_message(OpenFailed failed);
  void take_message(Signed answer);
  void take_message(Refused answer);
  void take_message(Probed answer);
  void take_listing();
  void lose_key(const std::string& name, const Error& why);
  void refuse_changed_keys();
  void check_times();
  void check_memory();
  void check_device();
  void note_absence(Error trouble);
  void forget_refusal();
  void check_reopening();
  void dismiss(std::optional<Error> trouble);
  void answer(Request request, Result<Bytes> answer);
  void answer_all(std::vector<Request> requests, const Error& error);
  void report(Error trouble);
  // Releases the lock meanwhile.
  void say_farewell(Lock& lock);
  void note_trouble(const Error& trouble, std::string_view end);
  void deliver(Lock& lock);

  const KeyHostOptions options_;
  const std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
  std::mutex reopening_mutex_;  // callers of reopen() and of tasks queue here

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // attempted_ or reopening_
  Phase phase_ = Phase::down;
  bool stopping_ = false;
  bool has_opened_ = false;         // ever
  bool attempted_ = false;          // the first start has come to something
  bool backend_is_closed_ = false;  // the last host said so itself: no use to wait for the next
  bool socket_is_full_ = false;
  Ledger ledger_;
  DeviceWatch device_;
  std::optional<Error> refusal_;  // up, but its device refused what was last asked of it
  bool refused_probe_ = false;    // and this was a probe
  bool is_reported_ = false;      // the operator waits for a recovery
  bool is_spent_ = false;         // the process is to be replaced once it has answered what it has
  Keys keys_;
  std::chrono::milliseconds look_delay_{0};
  Time next_look_{};  // no sooner is the backend opened anew for an unusable key
  KeyHostState state_;
  std::optional<Process> process_;
  std::optional<Reopening> reopening_;
  Time asleep_until_ = Time::max();

  // The thread's own.
  std::uint64_t answers_until_look_ = limits::key_host_answers_per_look;
  Time start_at_{};
  Time open_by_ = Time::max();
  Time up_since_ = Time::max();
  std::chrono::milliseconds delay_{0};
  Keys listing_;
  std::optional<Farewell> farewell_;
  std::vector<std::function<void()>> answers_;
  Bytes packet_;

  std::thread thread_;  // last: it uses all the others
};

}  // namespace chancery::host
