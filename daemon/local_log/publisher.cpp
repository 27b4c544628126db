#include "daemon/local_log/publisher.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/limits/local_log.h"

namespace chancery::daemon {

Publisher::Publisher(Projector projector, std::chrono::milliseconds interval, SignedTree newest,
                     Alarms& alarms)
    : interval_(interval),
      alarms_(alarms),
      projector_(std::move(projector)),
      newest_(std::move(newest)),
      published_size_(projector_.projected().size),
      checkpoint_size_(projector_.checkpoint_size()),
      thread_([this] { run(); }) {}

void Publisher::publish_later(const SignedTree& newest) {
  {
    const std::lock_guard lock(mutex_);
    const bool was_behind = is_behind();
    newest_ = newest;
    // It knows, and waits for its interval: to wake it would hold up whoever waits for the seal.
    if (was_behind) return;
  }
  changed_.notify_all();
}

std::uint64_t Publisher::published_size() const {
  const std::lock_guard lock(mutex_);
  return published_size_;
}

std::optional<Error> Publisher::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

std::uint64_t Publisher::tries() const {
  const std::lock_guard lock(mutex_);
  return tries_;
}

Result<void> Publisher::flush(Deadline deadline) {
  std::unique_lock lock(mutex_);
  ++hurried_;
  changed_.notify_all();
  const bool is_done = changed_.wait_until(lock, deadline.when(), [this] { return !is_behind(); });
  --hurried_;
  if (is_done) return {};
  return unavailable(
      "LOG_FILES_BEHIND",
      fmt::format("the log's files lack {} entries: {}", newest_.tree.size - checkpoint_size_,
                  trouble_ ? trouble_->message : "the disk is slow"));
}

Result<void> Publisher::while_still(const std::function<Result<void>(const Projection&)>& copy) {
  const std::lock_guard still(projecting_);
  // A disk that takes no files is told of by the thread; the journal has what they lack.
  (void)project_newest();
  is_still_ = true;
  Result<void> copied = copy(projector_.projected());
  is_still_ = false;
  return copied;
}

void Publisher::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  if (!thread_.joinable()) return;
  thread_.join();
  const std::lock_guard still(projecting_);
  // A hint for the next start, which can do without.
  (void)projector_.write_collection_state();
}

void Publisher::run() {
  auto retry_delay = limits::log_retry_delay_min;
  auto next = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_stopping_ || is_behind(); });
    if (!is_behind()) return;
    changed_.wait_until(lock, next, [this] { return is_stopping_ || hurried_ != 0; });
    const bool is_last_try = is_stopping_;
    lock.unlock();
    const Result<void> published = publish();
    tell(published);
    lock.lock();
    trouble_ = published.ok() ? std::nullopt : std::optional(published.error());
    if (published.ok()) {
      retry_delay = limits::log_retry_delay_min;
      next = std::chrono::steady_clock::now() + interval_;
      continue;
    }
    if (is_last_try) return;
    changed_.wait_for(lock, retry_delay, [this] { return is_stopping_; });
    retry_delay = std::min(2 * retry_delay, limits::log_retry_delay_max);
  }
}

void Publisher::tell(const Result<void>& published) {
  if (published.ok()) return alarms_.clear(alarm_names::log_files);
  // The files are not to blame where the journal cannot tell, or take, what they lack.
  const std::string_view cure = published.error().reason == "JOURNAL_DAMAGED"
                                    ? "Restore log and journal from one backup (docs/backup.md)."
                                    : "Mend that.";
  alarms_.raise(alarm_names::log_files, published.error(),
                fmt::format("{} The daemon tries again by itself, and signs on until {} entries "
                            "wait for their files.",
                            cure, limits::log_unpublished_entries_max));
}

Result<void> Publisher::publish() {
  const std::lock_guard still(projecting_);
  return project_newest();
}

Result<void> Publisher::project_newest() {
  std::unique_lock lock(mutex_);
  const SignedTree to = newest_;
  lock.unlock();
  Result<void> projected = projector_.project(to);
  lock.lock();
  ++tries_;
  published_size_ = projector_.projected().size;
  checkpoint_size_ = projector_.checkpoint_size();
  lock.unlock();
  changed_.notify_all();
  return projected;
}

}  // namespace chancery::daemon
