#include "tests/support/key_host/fake_key_host.h"

#include "core/base/limits/key_hosts.h"

namespace chancery::testing {

FakeKeyHost::FakeKeyHost() : thread_([this] { run(); }) {}

FakeKeyHost::~FakeKeyHost() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
    is_held_ = false;
  }
  changed_.notify_all();
  thread_.join();
}

std::vector<KeyInfo> FakeKeyHost::keys() const {
  const std::lock_guard lock(mutex_);
  std::vector<KeyInfo> out;
  if (!is_up_) return out;
  for (const auto& [name, key] : keys_) {
    if (!spoilt_.contains(name)) out.push_back({name, key.algorithm(), key.spki()});
  }
  return out;
}

std::optional<KeyInfo> FakeKeyHost::find_key(std::string_view name) const {
  for (const KeyInfo& key : keys()) {
    if (key.name == name) return key;
  }
  return std::nullopt;
}

std::vector<UnusableKey> FakeKeyHost::unusable_keys() const {
  const std::lock_guard lock(mutex_);
  std::vector<UnusableKey> out;
  for (const auto& [name, why] : spoilt_) out.push_back(unusable_key(name, why));
  return out;
}

std::optional<Error> FakeKeyHost::trouble_with(std::string_view key_name) {
  for (const UnusableKey& key : unusable_keys()) {
    if (key.name == key_name) return key.why;
  }
  return std::nullopt;
}

void FakeKeyHost::spoil(const std::string& key_name, std::optional<Error> why) {
  const std::lock_guard lock(mutex_);
  spoilt_.erase(key_name);
  if (why) spoilt_.emplace(key_name, *std::move(why));
}

void FakeKeyHost::sign(std::string key_name, Bytes input, Deadline deadline, SignDone done) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() < limits::key_host_queue_max) {
      queue_.push_back({std::move(key_name), std::move(input), deadline, std::move(done)});
      done = nullptr;
    }
  }
  changed_.notify_all();
  if (done) done(exhausted("KEY_HOST_QUEUE_FULL", "the fake key host's queue is full"));
}

Result<KeyInfo> FakeKeyHost::make_key(std::string name, Algorithm algorithm, Deadline) {
  const std::lock_guard lock(mutex_);
  const auto [key, is_new] = keys_.emplace(name, PrivateKey::make(algorithm));
  if (!is_new) return invalid_request("KEY_EXISTS", "there is a key named " + name);
  return KeyInfo{name, algorithm, key->second.spki()};
}

Result<void> FakeKeyHost::remove_key(std::string name, Deadline) {
  const std::lock_guard lock(mutex_);
  if (keys_.erase(name) == 0) return not_found("KEY_NOT_FOUND", "no key named " + name);
  return {};
}

Result<KeyAttestation> FakeKeyHost::attest_key(std::string name, Bytes challenge, Deadline) {
  const std::lock_guard lock(mutex_);
  if (!keys_.contains(name)) return not_found("KEY_NOT_FOUND", "no key named " + name);
  return KeyAttestation{"fake", {{"challenge", std::move(challenge)}}, {}};
}

Result<Bytes> FakeKeyHost::activate_credential(std::string name, Bytes credential, Deadline) {
  const std::lock_guard lock(mutex_);
  if (!keys_.contains(name)) return not_found("KEY_NOT_FOUND", "no key named " + name);
  return credential;
}

Result<void> FakeKeyHost::reopen(Deadline) { return {}; }

KeyHostState FakeKeyHost::state() const {
  const std::lock_guard lock(mutex_);
  KeyHostState state;
  state.is_up = is_up_;
  state.trouble = is_up_ ? "" : "set down by the test";
  state.waiting = queue_.size();
  state.starts = 1;
  state.signatures = signatures_;
  state.answers = answers_;
  return state;
}

void FakeKeyHost::fail_with(std::optional<Error> error) {
  const std::lock_guard lock(mutex_);
  failure_ = std::move(error);
}

void FakeKeyHost::hold() {
  const std::lock_guard lock(mutex_);
  is_held_ = true;
}

void FakeKeyHost::release() {
  {
    const std::lock_guard lock(mutex_);
    is_held_ = false;
  }
  changed_.notify_all();
}

void FakeKeyHost::set_up(bool is_up) {
  const std::lock_guard lock(mutex_);
  is_up_ = is_up;
}

std::size_t FakeKeyHost::signatures() const {
  const std::lock_guard lock(mutex_);
  return signatures_;
}

void FakeKeyHost::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return !is_held_ && (is_ending_ || !queue_.empty()); });
    if (queue_.empty()) return;
    const Work work = std::move(queue_.front());
    queue_.pop_front();
    Result<Bytes> result = answer(work);
    ++answers_;
    lock.unlock();
    work.done(std::move(result));
    lock.lock();
  }
}

Result<Bytes> FakeKeyHost::answer(const Work& work) {
  if (!is_up_) return unavailable("KEY_HOST_DOWN", "the fake key host is down");
  if (failure_) return *failure_;
  if (const auto spoilt = spoilt_.find(work.key_name); spoilt != spoilt_.end()) {
    return unusable_key(work.key_name, spoilt->second).why;
  }
  if (work.deadline.passed()) return unavailable("DEADLINE_PASSED", "too late to sign");
  const auto key = keys_.find(work.key_name);
  if (key == keys_.end()) return not_found("KEY_NOT_FOUND", "no key named " + work.key_name);
  const Algorithm algorithm = key->second.algorithm();
  if (!takes_message(algorithm) && work.input.size() != digest_bytes(hash_of(algorithm))) {
    return invalid_request("DIGEST_LENGTH_WRONG", "not a digest of this key's hash");
  }
  ++signatures_;
  return key->second.sign(work.input);
}

}  // namespace chancery::testing
