// Group commit: one thread takes whatever waits into one transaction.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>

#include "daemon/journal/sqlite/audit_writer.h"
#include "daemon/journal/sqlite/log_order.h"
#include "daemon/journal/sqlite/request_writer.h"

namespace chancery::daemon::sqlite {

// What a write may touch, within the transaction.
struct Tables {
  explicit Tables(Database& connection)
      : database(connection), requests(connection), log(connection), audit(connection) {}
  Database& database;
  RequestWriter requests;
  LogOrder log;
  AuditWriter audit;
};

// One thing to be written. All three on the writer's thread.
class Write {
 public:
  virtual ~Write() = default;
  virtual void apply(Tables& tables) = 0;     // again where that was rolled back
  virtual void finish() = 0;                  // what apply() wrote is durable
  virtual void fail(const Error& error) = 0;  // nothing of it was written
};

template <typename T>
class WriteOf final : public Write {
 public:
  using Apply = std::function<Result<T>(Tables&)>;
  using Done = std::function<void(Result<T>)>;

  WriteOf(Apply apply, Done done) : apply_(std::move(apply)), done_(std::move(done)) {}
  void apply(Tables& tables) override { outcome_.emplace(apply_(tables)); }
  void finish() override { done_(std::move(*outcome_)); }
  void fail(const Error& error) override { done_(error); }

 private:
  Apply apply_;
  Done done_;
  std::optional<Result<T>> outcome_;
};

enum class Urgency {
  may_be_refused,  // new work: a full queue or a nearly full disk refuses it
  must_be_taken,   // what finishes accepted work; there is no more of it than was accepted
};

struct WriterOptions {
  std::size_t queue_max;
  int checkpoint_pages;
  std::size_t log_room_bytes;
  std::function<std::size_t()> requests_in_flight;  // nothing: commits are not held back
  std::chrono::microseconds pace_max;
  std::function<void(const std::vector<AppendedEntry>&)> on_appending;
  std::function<void(const std::vector<AppendedEntry>&)> on_appended;
  std::function<void(const Error&)> on_damage;
  std::function<void(std::string_view)> at_step;
  std::function<WallTime()> now;
};

// Owns the writing connection from its start on.
class Writer {
 public:
  Writer(std::unique_ptr<Database> database, std::unique_ptr<Tables> tables, WriterOptions options);
  ~Writer() { stop(); }
  // Commits what waits, runs its completions, and takes nothing more.
  void stop();

  // exhausted JOURNAL_QUEUE_FULL: `write` will not run.
  Result<void> post(std::unique_ptr<Write> write, Urgency urgency);

  std::uint64_t commits() const { return commits_; }
  std::uint64_t answered() const { return answered_; }
  std::size_t waiting() const;
  std::uint64_t log_size() const { return log_size_; }

 private:
  using Batch = std::vector<std::unique_ptr<Write>>;
  using Writes = std::span<const std::unique_ptr<Write>>;  // of a batch, those in a row

  void run();
  void gather(std::unique_lock<std::mutex>& lock);
  std::optional<Batch> take();
  std::chrono::microseconds pace() const;
  std::size_t commit_some(Writes writes);
  Result<void> apply_and_commit(Writes writes, std::optional<std::size_t>& failed_at);
  void finish(Writes writes);
  void roll_back();
  void refuse(Writes writes, const Error& error);
  void checkpoint_if_due();
  void step(std::string_view name) const;

  std::unique_ptr<Database> database_;
  std::unique_ptr<Tables> tables_;
  const WriterOptions options_;
  int pages_in_wal_ = 0;
  std::atomic<std::uint64_t> commits_ = 0;
  std::atomic<std::uint64_t> answered_ = 0;
  std::atomic<std::uint64_t> log_size_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Write>> queue_;
  bool is_gathering_ = false;  // there is something to commit, and more may come
  std::chrono::steady_clock::time_point next_commit_{};
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace chancery::daemon::sqlite
