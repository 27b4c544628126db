// A key host without a process: real keys in the test's own memory, and its moods.
//
// It keeps the promises of KeyHost that callers lean on: `done` runs once, on another thread than
// the caller's, in order; a signature is one that verifies.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "backends/host/key_host.h"
#include "tests/support/private_key.h"

namespace chancery::testing {

// Thread-safe.
class FakeKeyHost : public KeyHost {
 public:
  FakeKeyHost();
  ~FakeKeyHost() override;  // finishes what is queued

  std::vector<KeyInfo> keys() const override;
  std::optional<KeyInfo> find_key(std::string_view name) const override;
  std::vector<UnusableKey> unusable_keys() const override;
  std::optional<Error> trouble_with(std::string_view key_name) override;
  void sign(std::string key_name, Bytes input, Deadline deadline, SignDone done) override;
  Result<KeyInfo> make_key(std::string name, Algorithm algorithm, Deadline deadline) override;
  Result<void> remove_key(std::string name, Deadline deadline) override;
  // In the format "fake": its one part is the challenge.
  Result<KeyAttestation> attest_key(std::string name, Bytes challenge, Deadline deadline) override;
  // Hides nothing: the answer is the credential.
  Result<Bytes> activate_credential(std::string name, Bytes credential, Deadline deadline) override;
  Result<void> reopen(Deadline deadline) override;
  KeyHostState state() const override;

  // From now on every signature fails with this; nothing: they succeed again.
  void fail_with(std::optional<Error> error);
  // From now on signatures wait, until release().
  void hold();
  void release();
  // From now on this key cannot be used, for this reason; nothing: it can again.
  void spoil(const std::string& key_name, std::optional<Error> why);
  // Whether it could be reached at all: down, it lists no keys and answers KEY_HOST_DOWN.
  void set_up(bool is_up);
  std::size_t signatures() const;  // made so far

 private:
  struct Work {
    std::string key_name;
    Bytes input;
    Deadline deadline;
    SignDone done;
  };
  void run();
  Result<Bytes> answer(const Work& work);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, PrivateKey, std::less<>> keys_;
  std::map<std::string, Error, std::less<>> spoilt_;
  std::deque<Work> queue_;
  std::optional<Error> failure_;
  bool is_held_ = false;
  bool is_up_ = true;
  bool is_ending_ = false;
  std::size_t signatures_ = 0;
  std::uint64_t answers_ = 0;
  std::thread thread_;  // last: it uses all the others
};

}  // namespace chancery::testing
