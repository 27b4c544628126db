#include "tests/support/journal/log_host.h"

#include "core/tlog/log_check.h"
#include "tests/support/journal/journal_calls.h"
#include "tests/support/patience.h"

namespace chancery::testing {

LogHost::LogHost(std::filesystem::path directory) : directory_(std::move(directory)) {
  journal_options.path = directory_ / "journal.db";
  options.directory = directory_ / "log";
  options.origin = "log.example";
  options.key_name = "log";
  options.publish_interval = std::chrono::milliseconds(1);
  const auto deadline = Deadline::after(std::chrono::seconds(60));
  CHANCERY_ASSERT(key_host.make_key("log", Algorithm::ed25519, deadline).ok());
}

Result<void> LogHost::open() {
  close();
  daemon::JournalOptions wired = journal_options;
  wired.on_appending = [this](const std::vector<daemon::AppendedEntry>& entries) {
    if (daemon::LocalLog* log = appended_to_) log->expect(entries);
  };
  wired.on_appended = [this](const std::vector<daemon::AppendedEntry>& entries) {
    if (daemon::LocalLog* log = appended_to_) log->append(entries);
  };
  journal_ = TRY(daemon::Journal::open(std::move(wired)));
  log_ = TRY(daemon::LocalLog::open(options, *journal_, key_host, alarms));
  appended_to_ = log_.get();
  return {};
}

void LogHost::close() {
  appended_to_ = nullptr;
  log_.reset();
  journal_.reset();
}

std::string LogHost::body(std::uint64_t index) { return entry_body(std::to_string(index)); }

void LogHost::append(std::uint64_t count) {
  constexpr std::uint64_t at_once = 1000;
  while (count != 0) {
    const std::uint64_t first = journal_->log_size();
    const std::uint64_t last = first + std::min(count, at_once);
    std::vector<Answer<daemon::Accepted>> accepted(last - first);
    std::vector<Answer<daemon::Placed>> placed(last - first);
    for (std::uint64_t i = first; i < last; ++i) {
      journal_->accept(acceptance(std::to_string(i)), accepted[i - first].done());
    }
    for (std::uint64_t i = first; i < last; ++i) {
      const daemon::RequestId id = accepted[i - first].get().value().id;
      journal_->record_signed(id, {1}, "spki", body(i), false, placed[i - first].done());
    }
    for (std::uint64_t i = first; i < last; ++i) {
      CHANCERY_ASSERT(placed[i - first].get().value().log_index == i);
    }
    count -= last - first;
  }
}

std::future<Result<daemon::Inclusion>> LogHost::await(std::uint64_t index) {
  const auto promise = std::make_shared<std::promise<Result<daemon::Inclusion>>>();
  log_->await_inclusion(
      index, tlog::leaf_hash(as_bytes(body(index))),
      [promise](Result<daemon::Inclusion> inclusion) { promise->set_value(std::move(inclusion)); });
  return promise->get_future();
}

Result<daemon::Inclusion> LogHost::inclusion(std::uint64_t index) { return await(index).get(); }

Result<void> LogHost::check(const daemon::Inclusion& inclusion) const {
  const tlog::Checkpoint checkpoint =
      TRY(tlog::read_checkpoint(inclusion.proof.checkpoint, log_->key()));
  CHANCERY_ASSERT(inclusion.proof.tree_size == checkpoint.size);
  CHANCERY_ASSERT(equal(inclusion.proof.root_hash, checkpoint.root));
  CHANCERY_ASSERT(inclusion.proof.log_index == inclusion.log_index);
  return tlog::verify_inclusion(inclusion.log_index, checkpoint.size,
                                tlog::leaf_hash(as_bytes(body(inclusion.log_index))),
                                inclusion.proof.hashes, checkpoint.root);
}

Result<tlog::Checkpoint> LogHost::check_files() const {
  const auto files = TRY(daemon::Files::open(options.directory));
  const std::vector<KeyInfo> keys = key_host.keys();
  PublicKey public_key = TRY(PublicKey::from_spki(keys.front().spki));
  const tlog::NoteKey key = TRY(tlog::NoteKey::make(options.origin, std::move(public_key)));
  return tlog::check_log(*files, key, [](auto, auto) {});
}

void LogHost::wait_until_published() {
  while (log_->published_size() != journal_->log_size()) pause_briefly();
}

}  // namespace chancery::testing
