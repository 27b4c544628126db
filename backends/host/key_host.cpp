#include "backends/host/key_host.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <future>

#include "backends/host/running_key_host.h"
#include "core/base/limits/key_hosts.h"

namespace chancery {

Result<std::unique_ptr<KeyHost>> KeyHost::start(KeyHostOptions options, Deadline deadline) {
  auto host = std::make_unique<host::RunningKeyHost>(std::move(options));
  TRY(host->await_first_opening(deadline));
  return std::unique_ptr<KeyHost>(std::move(host));
}

Result<Bytes> KeyHost::sign(std::string key_name, Bytes input, Deadline deadline) {
  std::promise<Result<Bytes>> answer;
  sign(std::move(key_name), std::move(input), deadline,
       [&answer](Result<Bytes> result) { answer.set_value(std::move(result)); });
  return answer.get_future().get();
}

}  // namespace chancery

namespace chancery::host {
namespace {

constexpr std::string_view starting = "it is starting";

}  // namespace

Bell::~Bell() { close(descriptor_); }

void Bell::ring() { eventfd_write(descriptor_, 1); }

void Bell::hush() {
  eventfd_t rings = 0;
  eventfd_read(descriptor_, &rings);
}

void Bell::condemn(std::uint64_t start) {
  condemned_ = start;
  ring();
}

RunningKeyHost::RunningKeyHost(KeyHostOptions options)
    : options_(std::move(options)),
      ledger_(limits::key_host_window, options_.answer_max, options_.late_answer_max),
      device_(options_.probe_interval, options_.answer_max, options_.start_max),
      packet_(limits::key_host_message_bytes_max),
      thread_([this] { run(); }) {}

RunningKeyHost::~RunningKeyHost() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  bell_->ring();
  thread_.join();
}

Result<void> RunningKeyHost::await_first_opening(Deadline deadline) {
  Lock lock(mutex_);
  // Whoever is told that it starts is told later that it has.
  if (!changed_.wait_until(lock, deadline.when(), [this] { return attempted_; })) {
    state_.trouble = starting;
  }
  if (state_.trouble_reason != "KEY_HOST_START_FAILED") return {};
  return unavailable(state_.trouble_reason, state_.trouble);
}

std::vector<KeyInfo> RunningKeyHost::keys() const {
  const std::lock_guard lock(mutex_);
  std::vector<KeyInfo> out;
  out.reserve(keys_.usable.size());
  for (const auto& key : keys_.usable) out.push_back(key->info);
  return out;
}

std::optional<KeyInfo> RunningKeyHost::find_key(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  for (const auto& key : keys_.usable) {
    if (key->info.name == name) return key->info;
  }
  return std::nullopt;
}

std::vector<UnusableKey> RunningKeyHost::unusable_keys() const {
  const std::lock_guard lock(mutex_);
  return keys_.unusable;
}

std::optional<Error> RunningKeyHost::trouble_with(std::string_view key_name) {
  const std::lock_guard lock(mutex_);
  return look_at_unusable(key_name);
}

std::optional<Error> RunningKeyHost::look_at_unusable(std::string_view key_name) {
  const auto found = std::ranges::find(keys_.unusable, key_name, &UnusableKey::name);
  if (found == keys_.unusable.end()) return std::nullopt;
  if (phase_ == Phase::up && !is_spent_ && Deadline::Clock::now() >= next_look_) {
    is_spent_ = true;
    bell_->ring();
  }
  return found->why;
}

KeyHostState RunningKeyHost::state() const {
  const std::lock_guard lock(mutex_);
  KeyHostState out = state_;
  out.is_up = phase_ == Phase::up || phase_ == Phase::draining;
  if (!out.is_up && out.trouble.empty()) out.trouble = starting;
  if (refusal_) out.refusal = refusal_->message;
  out.is_away = is_away();
  out.waiting = ledger_.size();
  if (process_) out.process = process_->id();
  return out;
}

void RunningKeyHost::sign(std::string key_name, Bytes input, Deadline deadline, SignDone done) {
  const auto refusal = [&]() -> std::optional<Error> {
    const std::lock_guard lock(mutex_);
    Result<Request> request = admit(key_name, std::move(input), deadline, done);
    if (!request.ok()) return request.error();
    ledger_.add(std::move(*request));
    send_waiting();
    if (std::min(ledger_.next_check(), device_.next_check(false)) < asleep_until_) bell_->ring();
    return std::nullopt;
  }();
  if (refusal) done(*refusal);
}

Result<Request> RunningKeyHost::admit(const std::string& key_name, Bytes input, Deadline deadline,
                                      SignDone& done) {
  if (stopping_ || backend_is_closed_) return down();
  if (deadline.passed()) {
    return unavailable("DEADLINE_PASSED", "the deadline passed before the key host was asked");
  }
  if (ledger_.size() >= options_.queue_max) {
    return exhausted("KEY_HOST_QUEUE_FULL",
                     fmt::format("{} requests wait for backend \"{}\": try again later",
                                 ledger_.size(), options_.config.name));
  }
  // The other half of a packet is more than enough for the rest of the message.
  if (input.size() > limits::key_host_message_bytes_max / 2) {
    return invalid_request("INPUT_TOO_LARGE",
                           fmt::format("a key signs at most {} bytes, not {}",
                                       limits::key_host_message_bytes_max / 2, input.size()));
  }
  for (const auto& key : keys_.usable) {
    if (key->info.name == key_name)
      return Request{key, std::move(input), deadline, std::move(done)};
  }
  if (std::optional<Error> trouble = look_at_unusable(key_name)) return *std::move(trouble);
  if (keys_.usable.empty() && phase_ != Phase::up) return down();
  return not_found("KEY_NOT_FOUND",
                   fmt::format("backend \"{}\" has no key \"{}\"", options_.config.name, key_name));
}

Error RunningKeyHost::down() const {
  const std::string why = state_.trouble_reason.empty()
                              ? std::string(starting)
                              : fmt::format("{}: {}", state_.trouble_reason, state_.trouble);
  return unavailable("KEY_HOST_DOWN",
                     fmt::format("backend \"{}\" cannot sign: {}", options_.config.name, why));
}

// Called by whoever has queued something and by the thread when the window opens. A host that is
// about to be replaced is sent nothing that would be in doubt.
void RunningKeyHost::send_waiting() {
  if (device_.is_late()) return;
  while (phase_ == Phase::up && ledger_.anything_to_send() && !bell_->condemned(state_.starts)) {
    const Request& request = ledger_.next();
    const Bytes packet =
        encode(Sign{ledger_.next_id(), request.deadline, request.key->info.name, request.input});
    if (send(process_->socket(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
      // Whatever else is wrong with the socket, the thread sees it when it reads.
      socket_is_full_ = errno == EAGAIN || errno == ENOBUFS;
      if (socket_is_full_) bell_->ring();
      return;
    }
    ledger_.sent(Deadline::Clock::now());
  }
}

Result<KeyInfo> RunningKeyHost::make_key(std::string name, Algorithm algorithm, Deadline deadline) {
  TRY(reopen_with(Task(KeyToMake{name, algorithm}), deadline));
  for (KeyInfo& key : keys()) {
    if (key.name == name) return std::move(key);
  }
  return internal("KEY_HOST_GARBAGE",
                  fmt::format("the key host made \"{}\" and did not list it", name));
}

Result<void> RunningKeyHost::remove_key(std::string name, Deadline deadline) {
  TRY(reopen_with(Task(KeyToRemove{name}), deadline));
  for (const KeyInfo& key : keys()) {
    if (key.name != name) continue;
    return internal("KEY_HOST_GARBAGE",
                    fmt::format("the key host removed \"{}\" and lists it still", name));
  }
  return {};
}

Result<KeyAttestation> RunningKeyHost::attest_key(std::string name, Bytes challenge,
                                                  Deadline deadline) {
  Opened opened =
      TRY(reopen_with(Task(KeyToAttest{std::move(name), std::move(challenge)}), deadline));
  if (opened.attestation) return *std::move(opened.attestation);
  return internal("KEY_HOST_GARBAGE", "the key host sent no attestation");
}

Result<Bytes> RunningKeyHost::activate_credential(std::string name, Bytes credential,
                                                  Deadline deadline) {
  Opened opened = TRY(
      reopen_with(Task(CredentialToActivate{std::move(name), std::move(credential)}), deadline));
  if (opened.hidden) return *std::move(opened.hidden);
  return internal("KEY_HOST_GARBAGE", "the key host sent nothing that was hidden");
}

Result<void> RunningKeyHost::reopen(Deadline deadline) {
  TRY(reopen_with(std::nullopt, deadline));
  return {};
}

Result<Opened> RunningKeyHost::reopen_with(std::optional<Task> task, Deadline deadline) {
  const std::lock_guard alone(reopening_mutex_);
  Lock lock(mutex_);
  reopening_ = Reopening{std::move(task), deadline, false, std::nullopt};
  bell_->ring();
  changed_.wait_until(lock, deadline.when(), [this] { return reopening_->outcome.has_value(); });
  const Reopening over = *std::exchange(reopening_, std::nullopt);
  if (over.outcome) return *over.outcome;
  if (!over.underway) {
    return unavailable("DEADLINE_PASSED", "the key host was still busy: nothing was done");
  }
  return outcome_unknown("DEADLINE_PASSED", "the key host is still at it: list its keys later");
}

}  // namespace chancery::host
