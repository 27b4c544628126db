#include "daemon/local_log/sealer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/limits/local_log.h"

namespace chancery::daemon {

Sealer::Sealer(LogTree& tree, CheckpointSigner signer, SignedTree newest,
               std::function<void(const SignedTree&)> on_signed)
    : tree_(tree),
      signer_(std::move(signer)),
      on_signed_(std::move(on_signed)),
      size_(tree.size()),
      newest_(std::move(newest)),
      unsigned_since_(newest_.tree.size < size_ ? std::optional(Deadline::Clock::now())
                                                : std::nullopt),
      thread_([this] { run(); }) {}

void Sealer::expect(const AppendedEntry& entry) {
  {
    const std::lock_guard lock(mutex_);
    if (is_stopping_ || newest_.tree.size != size_) return;
  }
  const std::optional<Projection> head = tree_.head_with(entry);
  if (!head) return;
  std::future<Result<SignedTree>> answer = signer_.begin(*head);
  const std::lock_guard lock(mutex_);
  early_ = Early{*head, std::move(answer)};
}

void Sealer::append(const std::vector<AppendedEntry>& entries) {
  {
    const std::lock_guard lock(mutex_);
    appended_.insert(appended_.end(), entries.begin(), entries.end());
    size_ += entries.size();
    if (!unsigned_since_) unsigned_since_ = Deadline::Clock::now();
  }
  changed_.notify_all();
}

void Sealer::await(std::uint64_t index, const tlog::Hash& leaf, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (!is_stopping_) {
      waiters_.emplace(index, Waiter{leaf, std::move(done)});
      done = nullptr;
    }
  }
  if (done) return done(unavailable("LOG_CLOSED", "the log is closing"));
  changed_.notify_all();
}

std::uint64_t Sealer::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

SignedTree Sealer::newest() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

std::optional<Error> Sealer::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

std::optional<Deadline::Clock::time_point> Sealer::unsigned_since() const {
  const std::lock_guard lock(mutex_);
  return unsigned_since_;
}

std::uint64_t Sealer::tries() const {
  const std::lock_guard lock(mutex_);
  return tries_;
}

Result<void> Sealer::flush(Deadline deadline) const {
  std::unique_lock lock(mutex_);
  if (changed_.wait_until(lock, deadline.when(), [this] { return newest_.tree.size == size_; })) {
    return {};
  }
  return unavailable("LOG_CHECKPOINT_UNSIGNED",
                     fmt::format("the log's last {} entries have no signed checkpoint yet: {}",
                                 size_ - newest_.tree.size,
                                 trouble_ ? trouble_->message : "the key host is slow"));
}

void Sealer::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

// With the mutex held.
bool Sealer::has_work() const {
  if (newest_.tree.size < size_) return true;
  return !waiters_.empty() && waiters_.begin()->first < size_;
}

void Sealer::run() {
  auto retry_delay = limits::log_retry_delay_min;
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_stopping_ || has_work(); });
    if (!has_work()) break;
    const bool is_last_try = is_stopping_;
    std::vector<AppendedEntry> entries;
    entries.swap(appended_);
    lock.unlock();
    tree_.append(entries);
    const bool is_sealed = seal();
    lock.lock();
    ++tries_;
    if (is_sealed) {
      retry_delay = limits::log_retry_delay_min;
    } else if (is_last_try) {
      break;
    } else {
      changed_.wait_for(lock, retry_delay, [this] { return is_stopping_; });
      retry_delay = std::min(2 * retry_delay, limits::log_retry_delay_max);
    }
  }
  std::multimap<std::uint64_t, Waiter> left;
  left.swap(waiters_);
  lock.unlock();
  for (auto& [index, waiter] : left) waiter.done(unavailable("LOG_CLOSED", "the log is closing"));
}

void Sealer::expect_nothing() {
  const std::lock_guard lock(mutex_);
  early_.reset();
}

// What was expected may have come otherwise: then it is signed anew.
std::future<Result<SignedTree>> Sealer::begin(const Projection& head) {
  std::unique_lock lock(mutex_);
  std::optional<Early> early = std::exchange(early_, std::nullopt);
  lock.unlock();
  const bool is_this = early && early->head.size == head.size && early->head.root == head.root;
  return is_this ? std::move(early->answer) : signer_.begin(head);
}

bool Sealer::seal() {
  const Projection head = tree_.head();
  const SignedTree before = newest();
  if (before.tree.size == head.size) {
    complete(prove_waiters(head.size), before);
    return true;
  }
  std::future<Result<SignedTree>> signing = begin(head);
  std::vector<Proven> proven = prove_waiters(head.size);  // while the key host works
  Result<SignedTree> signed_tree = signing.get();
  // Before flush() can return: who waits there expects the publisher to know this tree.
  if (signed_tree.ok()) on_signed_(*signed_tree);
  {
    const std::lock_guard lock(mutex_);
    if (signed_tree.ok()) {
      newest_ = *signed_tree;
      unsigned_since_.reset();
      if (newest_.tree.size < size_) unsigned_since_ = Deadline::Clock::now();
    }
    trouble_ = signed_tree.ok() ? std::nullopt : std::optional(signed_tree.error());
  }
  if (!signed_tree.ok()) {
    give_back(std::move(proven));
    return false;
  }
  changed_.notify_all();
  complete(std::move(proven), *signed_tree);
  return true;
}

std::vector<Sealer::Proven> Sealer::prove_waiters(std::uint64_t size) {
  std::multimap<std::uint64_t, Waiter> ready;
  {
    const std::lock_guard lock(mutex_);
    while (!waiters_.empty() && waiters_.begin()->first < size) {
      ready.insert(ready.end(), waiters_.extract(waiters_.begin()));
    }
  }
  std::vector<Proven> proven;
  proven.reserve(ready.size());
  for (auto& [index, waiter] : ready) {
    Result<std::vector<tlog::Hash>> hashes = prove(index, waiter.leaf, size);
    proven.push_back({index, std::move(waiter), std::move(hashes)});
  }
  return proven;
}

void Sealer::complete(std::vector<Proven> proven, const SignedTree& tree) {
  const Bytes root(tree.tree.root.begin(), tree.tree.root.end());
  for (Proven& one : proven) {
    if (!one.hashes.ok()) {
      one.waiter.done(one.hashes.error());
      continue;
    }
    one.waiter.done(
        Inclusion{one.index, {one.index, tree.tree.size, root, std::move(*one.hashes), tree.note}});
  }
}

void Sealer::give_back(std::vector<Proven> proven) {
  const std::lock_guard lock(mutex_);
  for (Proven& one : proven) waiters_.emplace(one.index, std::move(one.waiter));
}

Result<std::vector<tlog::Hash>> Sealer::prove(std::uint64_t index, const tlog::Hash& leaf,
                                              std::uint64_t size) const {
  if (TRY(tree_.leaf(index)) != leaf) {
    return corrupt("LOG_CONTRADICTS_JOURNAL",
                   fmt::format("entry {} of the log is not the one that the journal names: stop "
                               "the daemon and run `chancery log verify`",
                               index));
  }
  return tree_.prove_inclusion(index, size);
}

}  // namespace chancery::daemon
