#include "backends/host/running_key_host.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "backends/host/trouble.h"
#include "core/base/limits/key_hosts.h"
#include "core/base/limits/statements.h"

namespace chancery::host {
namespace {

// All that a host's environment holds.
std::vector<std::string> host_environment() {
  std::vector<std::string> out;
  if (const char* directory = std::getenv("CREDENTIALS_DIRECTORY")) {
    out.push_back(fmt::format("CREDENTIALS_DIRECTORY={}", directory));
  }
  return out;
}

bool every_request(const Request&) { return true; }

Result<void> check(const Request& request, ByteView signature) {
  const auto& [info, public_key] = *request.key;
  return takes_message(info.algorithm)
             ? public_key.verify_message(info.algorithm, request.input, signature)
             : public_key.verify_digest(info.algorithm, request.input, signature);
}

}  // namespace

void RunningKeyHost::run() {
  for (;;) {
    sleep();
    Lock lock(mutex_);
    if (stopping_) break;
    if (phase_ != Phase::down) receive();
    if (!farewell_) check_times();
    if (!farewell_) check_reopening();
    if (!farewell_) check_device();
    if (phase_ == Phase::down && Deadline::Clock::now() >= start_at_) start_process();
    if (!farewell_) send_waiting();
    say_farewell(lock);
    deliver(lock);
  }
  Lock lock(mutex_);
  dismiss(unavailable("SHUTTING_DOWN", "the daemon is stopping"));
  say_farewell(lock);
  answer_all(ledger_.take_waiting(every_request), down());
  deliver(lock);
}

void RunningKeyHost::sleep() {
  pollfd entries[2] = {{bell_->descriptor(), POLLIN, 0}, {-1, POLLIN, 0}};
  Time until;
  {
    const std::lock_guard lock(mutex_);
    until = ledger_.next_check();
    if (phase_ == Phase::down) until = std::min(until, start_at_);
    if (phase_ == Phase::opening) until = std::min(until, open_by_);
    if (phase_ != Phase::down) until = std::min(until, device_.next_check(is_unused()));
    asleep_until_ = until;
    if (process_) entries[1].fd = process_->socket();
    if (socket_is_full_) entries[1].events |= POLLOUT;
  }
  int timeout_ms = -1;
  if (until != Time::max()) timeout_ms = static_cast<int>(Deadline::at(until).remaining().count());
  poll(entries, 2, timeout_ms);
  if ((entries[0].revents & POLLIN) != 0) bell_->hush();
}

void RunningKeyHost::start_process() {
  ++state_.starts;
  if (reopening_) reopening_->underway = true;
  Result<Process> process = Process::start(options_.program, host_environment());
  if (!process.ok()) {
    backend_is_closed_ = true;
    dismiss(process.error());
    return;
  }
  process_ = std::move(*process);
  phase_ = Phase::opening;
  is_spent_ = false;
  listing_ = {};
  Open open{options_.backend_type, options_.config, std::nullopt,
            Deadline::after(options_.start_max)};
  open.config.may_make_missing = !has_opened_;
  if (reopening_ && reopening_->task) {
    open.task = reopening_->task;
    open.deadline = std::max(open.deadline, reopening_->deadline, [](Deadline a, Deadline b) {
      return a.when() < b.when();
    });  // an RSA key takes a TPM many seconds
  }
  open_by_ = open.deadline.when();
  const Bytes packet = encode(std::move(open));
  // A failure shows as the end of the conversation.
  static_cast<void>(
      send(process_->socket(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
}

void RunningKeyHost::receive() {
  socket_is_full_ = false;
  while (!farewell_) {
    const ssize_t size =
        recv(process_->socket(), packet_.data(), packet_.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) return dismiss(internal("KEY_HOST_DIED", "its key host ended by itself"));
    if (static_cast<std::size_t>(size) > packet_.size()) return dismiss(garbage("a huge message"));
    take(ByteView(packet_).first(static_cast<std::size_t>(size)));
  }
}

void RunningKeyHost::take(ByteView packet) {
  Result<FromHost> message = decode_from_host(packet);
  if (!message.ok()) return dismiss(garbage("a malformed message"));
  std::visit([this](auto& value) { take_message(std::move(value)); }, *message);
}

void RunningKeyHost::take_message(KeyInfo key) {
  Result<PublicKey> public_key = PublicKey::from_spki(key.spki);
  if (phase_ != Phase::opening || listing_.usable.size() >= limits::keys_per_backend_max ||
      !public_key.ok() || !fits(public_key->algorithm(), key.algorithm)) {
    return dismiss(garbage("a key that cannot be"));
  }
  listing_.usable.push_back(
      std::make_shared<const KnownKey>(KnownKey{std::move(key), std::move(*public_key)}));
}

void RunningKeyHost::take_message(UnusableKey key) {
  if (phase_ != Phase::opening || listing_.unusable.size() >= limits::keys_per_backend_max ||
      key.name.size() > limits::name_bytes_max) {
    return dismiss(garbage("an unusable key that cannot be"));
  }
  listing_.unusable.push_back(unusable_key(std::move(key.name), key.why));
}

void RunningKeyHost::take_message(Opened opened) {
  if (phase_ != Phase::opening || opened.threads < 1 ||
      opened.threads > limits::key_host_threads_max) {
    return dismiss(garbage("an opening that cannot be"));
  }
  phase_ = Phase::up;
  has_opened_ = true;
  up_since_ = Deadline::Clock::now();
  backend_is_closed_ = false;
  take_listing();
  state_.memory_locked = opened.memory_locked;
  state_.files_confined = opened.files_confined;
  is_reported_ = is_reported_ || !state_.trouble.empty();
  forget_refusal();
  state_.trouble_reason.clear();
  state_.trouble.clear();
  ledger_.host_came(opened.threads);
  device_.host_came(opened.takes_probes, up_since_);
  attempted_ = true;
  if (options_.opened) answers_.emplace_back(options_.opened);
  refuse_changed_keys();
  if (reopening_ && reopening_->underway) {
    if (opened.task_trouble) {
      reopening_->outcome = *std::move(opened.task_trouble);
    } else {
      reopening_->outcome = std::move(opened);
    }
  }
  changed_.notify_all();
}

void RunningKeyHost::take_listing() {
  const auto is_same = [](const UnusableKey& before, const UnusableKey& now) {
    return before.name == now.name && before.why.message == now.why.message;
  };
  if (!std::ranges::equal(keys_.unusable, listing_.unusable, is_same)) look_delay_ = {};
  look_delay_ = std::clamp<std::chrono::milliseconds>(
      look_delay_ * 2, limits::key_host_look_delay_min, limits::key_host_look_delay_max);
  next_look_ = Deadline::Clock::now() + look_delay_;
  keys_ = std::move(listing_);
}

// The host says that it cannot sign with it any more.
void RunningKeyHost::lose_key(const std::string& name, const Error& why) {
  const auto erased =
      std::erase_if(keys_.usable, [&](const auto& key) { return key->info.name == name; });
  if (erased > 0) keys_.unusable.push_back(unusable_key(name, why));
}

// What was asked of one key is not signed with another of the same name.
void RunningKeyHost::refuse_changed_keys() {
  const auto is_gone = [this](const Request& request) {
    return std::ranges::none_of(keys_.usable, [&](const auto& key) {
      return key->info.name == request.key->info.name && key->info.spki == request.key->info.spki;
    });
  };
  answer_all(ledger_.take_waiting(is_gone),
             unavailable("KEY_CHANGED", "the backend was opened anew and no longer has this key"));
}

void RunningKeyHost::take_message(OpenFailed failed) {
  if (phase_ != Phase::opening) return dismiss(garbage("an opening that cannot be"));
  backend_is_closed_ = true;
  dismiss(std::move(failed.error));
}

void RunningKeyHost::take_message(Signed answered) {
  if (ledger_.awaited(answered.id) == Ledger::Awaited::never_sent) {
    return dismiss(garbage("an answer that nobody awaits"));
  }
  const Time now = Deadline::Clock::now();
  ++state_.signatures;
  forget_refusal();
  device_.answered(now);
  if (--answers_until_look_ == 0) check_memory();
  answer(ledger_.answered(answered.id, now), std::move(answered.signature));
}

void RunningKeyHost::take_message(Refused refused) {
  if (ledger_.awaited(refused.id) == Ledger::Awaited::never_sent) {
    return dismiss(garbage("an answer that nobody awaits"));
  }
  if (needs_opening(refused.error.reason)) is_spent_ = true;
  const Time now = Deadline::Clock::now();
  Request request = ledger_.answered(refused.id, now);
  if (refused.key_is_unusable) {
    lose_key(request.key->info.name, refused.error);
  } else if (is_of_device(refused.error)) {
    refusal_ = refused.error;
    refused_probe_ = false;
    device_.answered(now);
  }
  answer(std::move(request), std::move(refused.error));
}

void RunningKeyHost::take_message(Probed probed) {
  if (!device_.is_asked()) return dismiss(garbage("an answer that nobody awaits"));
  const Time now = Deadline::Clock::now();
  ++state_.probes;
  device_.answered_probe(now);
  ledger_.probe_answered(now);
  check_memory();
  if (!probed.trouble) {
    if (is_away()) forget_refusal();
    return;
  }
  if (needs_opening(probed.trouble->reason)) is_spent_ = true;
  note_absence(*std::move(probed.trouble));
}

void RunningKeyHost::note_absence(Error trouble) {
  // A signature's refusal went to whoever asked, and was not reported.
  const bool is_new = !is_reported_ || !refusal_ || refusal_->message != trouble.message;
  refusal_ = std::move(trouble);
  refused_probe_ = true;
  if (is_new) report(*refusal_);
}

// And not one key that did not sign, or a wrong value that locks for a while.
bool RunningKeyHost::is_away() const {
  return refusal_ && (refused_probe_ || is_absence(refusal_->reason));
}

void RunningKeyHost::forget_refusal() {
  refusal_.reset();
  if (!std::exchange(is_reported_, false) || !options_.report_recovery) return;
  answers_.emplace_back(options_.report_recovery);
}

void RunningKeyHost::report(Error trouble) {
  if (stopping_ || !options_.report) return;
  is_reported_ = true;
  answers_.emplace_back([report = options_.report, error = std::move(trouble)] { report(error); });
}

// While nobody signs: a signature neither waits for this nor needs it.
void RunningKeyHost::check_device() {
  const Time now = Deadline::Clock::now();
  if (device_.hangs(now, is_unused())) {
    return dismiss(hung(is_unused() ? options_.start_max : options_.answer_max));
  }
  if (device_.becomes_late(now)) note_absence(silent(options_.answer_max));
  if (!is_unused() || !device_.is_due(now)) return;
  const Bytes packet = encode(Probe{Deadline::at(now + options_.answer_max)});
  // Whatever is wrong with the socket shows when it is read, or as a host that hangs.
  static_cast<void>(
      send(process_->socket(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
  device_.asked(now);
  ledger_.probe_sent();
}

// A module that leaks costs a new process now and then, and no request.
void RunningKeyHost::check_memory() {
  answers_until_look_ = limits::key_host_answers_per_look;
  if (is_spent_) return;
  const std::size_t resident = process_->resident_bytes();
  if (resident <= options_.resident_bytes_max) return;
  is_spent_ = true;
  if (!options_.report) return;
  answers_.emplace_back(
      [report = options_.report,
       error = internal("KEY_HOST_GREW",
                        fmt::format("its key host had {} MiB in memory: its module leaks; it is "
                                    "replaced",
                                    resident >> 20))] { report(error); });
}

void RunningKeyHost::check_times() {
  const Time now = Deadline::Clock::now();
  if (bell_->condemned(state_.starts) && process_) {
    return dismiss(
        internal("WRONG_SIGNATURE",
                 "its key host made a signature that does not verify with the public key"));
  }
  if (phase_ == Phase::opening && now >= open_by_) {
    return dismiss(internal("KEY_HOST_HUNG", "its key host did not open the backend in time"));
  }
  if (now < ledger_.next_check()) return;
  Ledger::Expired expired = ledger_.expired(now);
  const Error late =
      phase_ == Phase::up
          ? unavailable("DEADLINE_PASSED", "the deadline passed before the key host was asked")
          : down();
  answer_all(std::move(expired.waiting), late);
  answer_all(std::move(expired.sent),
             outcome_unknown("KEY_HOST_LATE",
                             "the key host did not answer by the deadline: it may have signed"));
  if (ledger_.hangs(now)) dismiss(hung(options_.answer_max));
}

void RunningKeyHost::check_reopening() {
  if (!is_spent_ && (!reopening_ || reopening_->underway)) return;
  if (phase_ == Phase::up) phase_ = Phase::draining;
  // A PIN that is cut off in mid-try counts as one.
  const bool is_idle = ledger_.idle() && !device_.is_asked();
  if (phase_ == Phase::draining && is_idle) dismiss(std::nullopt);
  if (phase_ == Phase::down) start_at_ = {};
}

// The process is to go; without trouble it has time to put its device in order.
void RunningKeyHost::dismiss(std::optional<Error> trouble) {
  farewell_ = Farewell{std::move(trouble), limits::key_host_exit_max};
  if (farewell_->trouble && farewell_->trouble->reason != "SHUTTING_DOWN" && !backend_is_closed_) {
    farewell_->patience = std::chrono::milliseconds::zero();
  }
}

void RunningKeyHost::say_farewell(Lock& lock) {
  if (!farewell_) return;
  const Farewell farewell = *std::exchange(farewell_, std::nullopt);
  // Whoever signs now finds no process and queues.
  phase_ = Phase::down;
  device_.host_went();
  std::optional<Process> process = std::exchange(process_, std::nullopt);
  lock.unlock();
  const std::string end = process ? process->end(farewell.patience) : "was not started";
  lock.lock();
  start_at_ = Deadline::Clock::now();
  if (farewell.trouble) note_trouble(*farewell.trouble, end);
}

void RunningKeyHost::note_trouble(const Error& trouble, std::string_view end) {
  std::string words = backend_is_closed_ ? trouble.message
                                         : fmt::format("{}; the process {}", trouble.message, end);
  if (words != state_.trouble) report({trouble.code, trouble.reason, words});
  state_.trouble_reason = trouble.reason;
  state_.trouble = std::move(words);
  if (up_since_ < start_at_ - limits::key_host_restart_delay_max) delay_ = {};
  up_since_ = Time::max();
  start_at_ += delay_;
  delay_ = std::clamp<std::chrono::milliseconds>(delay_ * 2, limits::key_host_restart_delay_min,
                                                 limits::key_host_restart_delay_max);

  attempted_ = true;
  if (reopening_ && reopening_->underway) {
    reopening_->outcome =
        backend_is_closed_ ? down() : outcome_unknown("KEY_HOST_DIED", state_.trouble);
  }
  changed_.notify_all();
  answer_all(ledger_.host_went(),
             outcome_unknown(trouble.reason == "KEY_HOST_HUNG" ? "KEY_HOST_HUNG" : "KEY_HOST_DIED",
                             fmt::format("backend \"{}\" may have signed, and did not say so: {}",
                                         options_.config.name, state_.trouble)));
  if (backend_is_closed_) answer_all(ledger_.take_waiting(every_request), down());
}

void RunningKeyHost::answer(Request request, Result<Bytes> result) {
  ++state_.answers;
  if (!request.done) return;  // given up before
  answers_.emplace_back([request = std::move(request), result = std::move(result), bell = bell_,
                         start = state_.starts]() mutable {
    if (result.ok() && !check(request, *result).ok()) {
      bell->condemn(start);
      result = internal("WRONG_SIGNATURE",
                        fmt::format("the key host's signature with \"{}\" does not verify with its "
                                    "public key: the device may be broken",
                                    request.key->info.name));
    }
    request.done(std::move(result));
  });
}

void RunningKeyHost::answer_all(std::vector<Request> requests, const Error& error) {
  for (Request& request : requests) answer(std::move(request), error);
}

void RunningKeyHost::deliver(Lock& lock) {
  std::vector<std::function<void()>> answers = std::exchange(answers_, {});
  lock.unlock();
  // One alone is checked here: a switch to another thread would take as long as the check.
  const bool is_alone = answers.size() == 1;
  for (std::function<void()>& run_done : answers) {
    if (options_.post && !is_alone) {
      options_.post(std::move(run_done));
    } else {
      run_done();
    }
  }
}

}  // namespace chancery::host
