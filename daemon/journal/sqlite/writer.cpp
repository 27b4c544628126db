#include "daemon/journal/sqlite/writer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "core/base/limits/journal.h"
#include "daemon/journal/sqlite/log_room.h"

namespace chancery::daemon::sqlite {
namespace {

// A failed commit or fsync is not tried again: the kernel may have dropped the pages, and a second
// fsync would answer "done" (docs/decisions/a-failed-commit-ends-the-process.md).
[[noreturn]] void end_process(const Error& error) {
  std::fprintf(stderr, "chanceryd: the journal failed, so the daemon ends; %s: %s\n",
               error.reason.c_str(), error.message.c_str());
  std::abort();
}

}  // namespace

Writer::Writer(std::unique_ptr<Database> database, std::unique_ptr<Tables> tables,
               WriterOptions options)
    : database_(std::move(database)),
      tables_(std::move(tables)),
      options_(std::move(options)),
      log_size_(tables_->log.size()) {
  const auto note_pages = [](void* pages, sqlite3*, const char*, int count) {
    *static_cast<int*>(pages) = count;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(database_->handle(), note_pages, &pages_in_wal_);
  thread_ = std::thread([this] { run(); });
}

void Writer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

Result<void> Writer::post(std::unique_ptr<Write> write, Urgency urgency) {
  {
    const std::lock_guard lock(mutex_);
    if (urgency == Urgency::may_be_refused && queue_.size() >= options_.queue_max) {
      return exhausted(
          "JOURNAL_QUEUE_FULL",
          std::to_string(queue_.size()) + " records wait for the journal; try again later, slower");
    }
    queue_.push_back(std::move(write));
    if (is_gathering_ && queue_.size() < limits::journal_batch_max) return {};
  }
  wake_.notify_one();
  return {};
}

std::size_t Writer::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Writer::run() {
  // Here and not at open: the daemon may get ready meanwhile.
  const Result<void> made = make_log_room(*database_, options_.log_room_bytes);
  if (!made.ok()) end_process(made.error());
  while (auto batch = take()) {
    for (Writes left = *batch; !left.empty();) left = left.subspan(commit_some(left));
    batch->clear();
    checkpoint_if_due();
  }
}

// The more requests are in flight the longer each of them waits anyway, and the more a commit
// gathers that does not begin at once.
std::chrono::microseconds Writer::pace() const {
  if (!options_.requests_in_flight) return std::chrono::microseconds(0);
  const auto requests = static_cast<std::int64_t>(options_.requests_in_flight());
  return std::min(requests * limits::journal_pace_per_request, options_.pace_max);
}

// Until the next commit may begin. To wait for a time that has passed would be a timer for nothing,
// at each commit of whoever signs alone.
void Writer::gather(std::unique_lock<std::mutex>& lock) {
  if (std::chrono::steady_clock::now() >= next_commit_) return;
  is_gathering_ = true;
  wake_.wait_until(lock, next_commit_,
                   [this] { return stopping_ || queue_.size() >= limits::journal_batch_max; });
  is_gathering_ = false;
}

std::optional<Writer::Batch> Writer::take() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  gather(lock);
  if (queue_.empty()) return std::nullopt;
  next_commit_ = std::chrono::steady_clock::now() + pace();
  Batch batch;
  const std::size_t count = std::min(queue_.size(), limits::journal_batch_max);
  batch.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return batch;
}

// Answers all of them; but where one meets a damaged page, only those before it, or that one alone:
// whoever asks for what is damaged harms nobody else. How many it has answered.
std::size_t Writer::commit_some(Writes writes) {
  std::optional<std::size_t> failed_at;
  const Result<void> committed = apply_and_commit(writes, failed_at);
  if (committed.ok()) {
    finish(writes);
    return writes.size();
  }
  const Error& error = committed.error();
  // Found before the commit's mark is written: it is sure that nothing of the batch counts.
  const bool is_full = error.reason == "JOURNAL_DISK_FULL";
  const bool is_damaged = failed_at && error.code == ErrorCode::corrupt;
  if (!is_full && !is_damaged) end_process(error);
  roll_back();
  if (is_full) {
    std::fprintf(stderr, "chanceryd: %s\n", error.message.c_str());
    refuse(writes, error);
    return writes.size();
  }
  if (*failed_at > 0) return commit_some(writes.first(*failed_at));
  if (options_.on_damage) options_.on_damage(error);
  refuse(writes.first(1), error);
  return 1;
}

// `failed_at` is the one that SQLite failed; nothing where it was the transaction's begin or end.
Result<void> Writer::apply_and_commit(Writes writes, std::optional<std::size_t>& failed_at) {
  TRY(database_->run("BEGIN IMMEDIATE"));
  tables_->audit.begin(options_.now());
  step("begun");
  for (std::size_t i = 0; i < writes.size(); ++i) {
    writes[i]->apply(*tables_);
    if (database_->failure()) {
      failed_at = i;
      return *database_->failure();
    }
    step("applied");
  }
  const std::vector<AppendedEntry>& appending = tables_->log.appended();
  if (!appending.empty()) {
    if (options_.on_appending) options_.on_appending(appending);
    step("expected");
  }
  return database_->run("COMMIT");
}

void Writer::finish(Writes writes) {
  step("committed");
  tables_->audit.commit();
  ++commits_;
  answered_ += writes.size();
  log_size_ = tables_->log.size();
  const std::vector<AppendedEntry> appended = tables_->log.take_appended();
  if (!appended.empty() && options_.on_appended) options_.on_appended(appended);
  step("appended");
  for (const auto& write : writes) write->finish();
  step("finished");
}

void Writer::roll_back() {
  database_->forget_failure();
  // Of some failures SQLite has done it.
  if (sqlite3_get_autocommit(database_->handle()) == 0) {
    const Result<void> rolled_back = database_->run("ROLLBACK");
    if (!rolled_back.ok()) end_process(rolled_back.error());
  }
  tables_->log.forget_appended();
  if (options_.on_appending) options_.on_appending({});
  tables_->audit.forget_appended();
}

void Writer::refuse(Writes writes, const Error& error) {
  answered_ += writes.size();
  for (const auto& write : writes) write->fail(error);
}

// After the answers: only the next batch waits for it.
void Writer::checkpoint_if_due() {
  if (pages_in_wal_ < options_.checkpoint_pages) return;
  const int code = sqlite3_wal_checkpoint_v2(database_->handle(), nullptr,
                                             SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  step("checkpointed");
  // A reader in the way, or no room for the main file to grow: the log grows a little longer.
  if (code == SQLITE_OK || code == SQLITE_BUSY || (code & 0xff) == SQLITE_FULL) return;
  end_process(database_->fail(code, "checkpoint"));
}

void Writer::step(std::string_view name) const {
  if (options_.at_step) options_.at_step(name);
}

}  // namespace chancery::daemon::sqlite
