#include "daemon/audit/clerk.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/limits/audit.h"
#include "daemon/note.h"

namespace chancery::daemon {
namespace {

void note_trouble(std::string_view doing, const Result<void>& outcome) {
  if (outcome.ok()) return;
  note(Priority::warning, fmt::format("the audit: {}: {}", doing, outcome.error().message));
}

}  // namespace

Clerk::Clerk(Journal& journal, RefusalRecorder& refusals, CheckpointSigner signer,
             ClerkOptions options)
    : journal_(journal),
      refusals_(refusals),
      signer_(std::move(signer)),
      options_(std::move(options)),
      thread_([this] { run(); }) {}

void Clerk::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Clerk::seal(Journal::Done<void> done) {
  {
    const std::lock_guard lock(mutex_);
    if (!is_stopping_) awaiting_seal_.push_back(std::exchange(done, nullptr));
  }
  if (done) return done(unavailable("SHUTTING_DOWN", "the daemon is stopping"));
  wake_.notify_all();
}

void Clerk::run() {
  auto sealed_at = Deadline::Clock::now();
  auto next_turn = sealed_at + limits::audit_clerk_interval;
  std::unique_lock lock(mutex_);
  for (bool is_last = false; !is_last;) {
    wake_.wait_until(lock, next_turn, [this] { return is_stopping_ || !awaiting_seal_.empty(); });
    is_last = is_stopping_;
    const std::vector<Journal::Done<void>> awaiting = std::exchange(awaiting_seal_, {});
    lock.unlock();
    const auto now = Deadline::Clock::now();
    const bool is_turn = is_last || now >= next_turn;
    const bool is_due = is_last || now - sealed_at >= options_.head_interval;
    if (is_turn) {
      next_turn = now + limits::audit_clerk_interval;
      note_trouble("counted refusals are not recorded", refusals_.record_counted(now));
    }
    if (is_due) sealed_at = now;
    if (is_due || !awaiting.empty()) {
      const Result<void> sealed = seal_now();
      if (is_due) note_trouble("its head is not signed", sealed);
      for (const Journal::Done<void>& done : awaiting) done(sealed);
    }
    if (is_turn) note_trouble("the system's journal gets no copy", copy_new_records());
    lock.lock();
  }
}

Result<void> Clerk::seal_now() {
  const auto reader = TRY(journal_.read_audit());
  const audit::Head head = TRY(reader->head());
  if (head.size == 0 || !TRY(reader->heads(head.size, 1)).empty()) return {};
  const SignedTree signed_head = TRY(signer_.begin({head.size, head.link}).get());
  TRY(journal_.record_audit_head(head.size, signed_head.note));
  if (options_.copy_head) options_.copy_head(head, signed_head.note);
  return {};
}

// The newest ones at most: a copy must not cost what signatures may have.
Result<void> Clerk::copy_new_records() {
  if (!options_.copy_record) return {};
  if (!reader_) reader_ = TRY(journal_.read_audit());
  const std::uint64_t end = TRY(reader_->head()).size;
  if (end <= copied_) return {};
  const std::uint64_t count = std::min(end - copied_, limits::audit_copies_at_once_max);
  if (end - copied_ > count) options_.copy_left_out(end - copied_ - count);
  for (const AuditRow& row : TRY(reader_->rows(end - count + 1, count))) {
    options_.copy_record(row.record);
  }
  copied_ = end;
  return {};
}

}  // namespace chancery::daemon
