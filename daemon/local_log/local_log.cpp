#include "daemon/local_log/local_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "core/base/encoding.h"
#include "core/base/limits/local_log.h"
#include "daemon/local_log/opening.h"
#include "daemon/local_log/publisher.h"
#include "daemon/local_log/sealer.h"

namespace chancery::daemon {
namespace {

constexpr std::string_view origin_setting = "log_origin";
constexpr std::string_view key_setting = "log_key";
constexpr std::string_view handed_over_setting = "log_handed_over";

// For ever: nobody gains by asking again.
Error handed_over() {
  return unsupported(
      "LOG_HANDED_OVER",
      "the log was handed over to another server: this journal records no "
      "signatures any more. Start with a new state directory, or configure that log; "
      "docs/backup.md has how the archive is read without a daemon");
}

Result<void> check_origin(const std::string& origin, Journal& journal) {
  const auto known = TRY(journal.setting(origin_setting));
  if (!known || *known == origin) return {};
  return invalid_request(
      "LOG_ORIGIN_CHANGED",
      fmt::format(
          "the log is \"{}\" and cannot become \"{}\": verifiers know it by its origin. Set "
          "log.origin back, or start a new state directory",
          *known, origin));
}

Result<void> set_once(Journal& journal, std::string_view name, const std::string& value) {
  if (TRY(journal.setting(name))) return {};
  return journal.set_setting(name, value);
}

// The key as the host lists it, or as the journal remembers it where the host is not up.
Result<PublicKey> find_public_key(const std::string& name, Journal& journal,
                                  const KeyHost& key_host) {
  const auto known = TRY(journal.setting(key_setting));
  const std::vector<KeyInfo> keys = key_host.keys();
  const auto key = std::ranges::find(keys, name, &KeyInfo::name);
  if (key == keys.end() && (!known || key_host.state().is_up)) {
    return unavailable("LOG_KEY_MISSING",
                       fmt::format("the log's key \"{}\" is not there{}", name,
                                   known ? ": restore it, the log cannot change its key"
                                         : ": its backend is down or has no such key"));
  }
  if (key == keys.end()) return PublicKey::from_spki(TRY(base64_decode(*known)));
  if (key->algorithm != Algorithm::ed25519) {
    return invalid_request("LOG_KEY_UNFIT",
                           fmt::format("the log's key \"{}\" is {}; a log signs with ed25519", name,
                                       name_of(key->algorithm)));
  }
  const std::string listed = base64_encode(key->spki);
  if (known && *known != listed) {
    return invalid_request("LOG_KEY_CHANGED",
                           fmt::format("the key \"{}\" is not the one that signed this log until "
                                       "now: restore it, or start a new state directory",
                                       name));
  }
  return PublicKey::from_spki(key->spki);
}

class RunningLog : public LocalLog {
 public:
  RunningLog(std::unique_ptr<Files> files, OpenedLog opened, CheckpointSigner signer,
             const LocalLogOptions& options, Journal& journal, Alarms& alarms);
  ~RunningLog() override { RunningLog::stop(); }
  void stop() override;

  void expect(const std::vector<AppendedEntry>& entries) override;
  void append(const std::vector<AppendedEntry>& entries) override;
  void await_inclusion(std::uint64_t index, tlog::Hash leaf, Done done) override;
  Result<void> ready() const override;

  const tlog::NoteKey& key() const override { return key_; }
  std::uint64_t size() const override { return sealer_.size(); }
  std::uint64_t published_size() const override { return publisher_.published_size(); }
  std::uint64_t tries() const override { return sealer_.tries() + publisher_.tries(); }
  std::uint64_t waiting() const override {
    return publisher_.is_still() ? 0 : size() - published_size();
  }
  std::string checkpoint() const override { return sealer_.newest().note; }
  Result<std::string> entry(std::uint64_t index) const override;
  Result<std::vector<tlog::Hash>> prove_inclusion(std::uint64_t index,
                                                  std::uint64_t size) const override {
    return tree_.prove_inclusion(index, size);
  }
  Result<std::vector<tlog::Hash>> prove_consistency(std::uint64_t old_size,
                                                    std::uint64_t new_size) const override {
    return tree_.prove_consistency(old_size, new_size);
  }
  void look_at_damage() override { sound_files_.look_again(); }

  Result<void> hand_over(Deadline deadline) override;
  Result<void> while_still(const std::function<Result<void>(const Projection&)>& copy) override {
    return publisher_.while_still(copy);
  }

 private:
  Result<void> release(Deadline deadline);
  Result<void> check_signed() const;

  Journal& journal_;
  const tlog::NoteKey key_;
  const std::chrono::milliseconds unsigned_max_;
  const std::unique_ptr<Files> files_;
  std::vector<std::unique_ptr<FileLock>> locks_;
  enum class State { open, closing, handed_over };
  std::atomic<State> state_ = State::open;
  mutable SoundFiles sound_files_;
  LogTree tree_;
  Publisher publisher_;
  Sealer sealer_;
};

RunningLog::RunningLog(std::unique_ptr<Files> files, OpenedLog opened, CheckpointSigner signer,
                       const LocalLogOptions& options, Journal& journal, Alarms& alarms)
    : journal_(journal),
      key_(signer.key()),
      unsigned_max_(options.unsigned_max),
      files_(std::move(files)),
      locks_(std::move(opened.locks)),
      sound_files_(
          *files_,
          [&journal](std::uint64_t from, std::uint64_t to) {
            return journal.signed_records(from, to);
          },
          alarms),
      tree_(std::move(opened.edge), opened.projected.tree.size, sound_files_),
      publisher_(Projector(*files_, tree_, journal, std::move(opened.projected)),
                 options.publish_interval, opened.published, alarms),
      sealer_(tree_, std::move(signer), opened.published,
              [this](const SignedTree& tree) { publisher_.publish_later(tree); }) {}

void RunningLog::stop() {
  sealer_.stop();
  publisher_.stop();
}

// A batch takes longer to prove than to sign, and keeps the journal's thread from the next commit.
void RunningLog::expect(const std::vector<AppendedEntry>& entries) {
  if (entries.empty()) return sealer_.expect_nothing();
  if (state_ != State::handed_over && entries.size() == 1) sealer_.expect(entries.front());
}

void RunningLog::append(const std::vector<AppendedEntry>& entries) {
  if (state_ != State::handed_over) sealer_.append(entries);
}

void RunningLog::await_inclusion(std::uint64_t index, tlog::Hash leaf, Done done) {
  if (state_ == State::handed_over) return done(handed_over());
  sealer_.await(index, leaf, std::move(done));
}

// Whoever is signed for would wait for a proof, and could be given a receipt only.
Result<void> RunningLog::check_signed() const {
  const auto since = sealer_.unsigned_since();
  if (!since || Deadline::Clock::now() - *since < unsigned_max_) return {};
  const std::optional<Error> because = sealer_.trouble();
  return unavailable("LOG_CHECKPOINT_UNSIGNED",
                     "the log cannot sign: " + (because ? because->message : "its key is slow"));
}

Result<void> RunningLog::ready() const {
  if (state_ != State::open) return handed_over();
  TRY(check_signed());
  const std::uint64_t committed = size();
  const std::uint64_t published = published_size();
  if (committed - std::min(published, committed) < limits::log_unpublished_entries_max) return {};
  const std::optional<Error> unwritten_because = publisher_.trouble();
  return unavailable("LOG_FILES_BEHIND",
                     "the log's files cannot follow: " +
                         (unwritten_because ? unwritten_because->message : "the disk is slow"));
}

Result<std::string> RunningLog::entry(std::uint64_t index) const {
  if (index >= size()) {
    return not_found("LOG_ENTRY_NOT_FOUND",
                     fmt::format("the log has {} entries, none at {}", size(), index));
  }
  if (index >= published_size()) {
    const std::vector<LogEntryRow> rows = TRY(journal_.log_entries(index, 1));
    if (!rows.empty() && rows.front().index == index) return rows.front().body;
  }
  // Else the files have it: meanwhile, if the journal has just forgotten it.
  const std::uint64_t number = index / tlog::tile_width;
  const std::uint64_t first = number * tlog::tile_width;
  const std::size_t width = tlog::partial_width(0, number, published_size());
  if (index - first >= width) {
    return corrupt("LOG_DAMAGED", fmt::format("entry {} is neither in journal nor files", index));
  }
  const std::vector<tlog::Hash> leaves = TRY(tree_.leaves(first, width));
  const std::vector<Bytes> bundle = TRY(sound_files_.read_entries(number, leaves));
  return to_text(bundle[static_cast<std::size_t>(index - first)]);
}

Result<void> RunningLog::hand_over(Deadline deadline) {
  State expected = State::open;
  if (!state_.compare_exchange_strong(expected, State::closing)) return handed_over();
  const Result<void> released = release(deadline);
  state_ = released.ok() ? State::handed_over : State::open;
  return released;
}

Result<void> RunningLog::release(Deadline deadline) {
  TRY(sealer_.flush(deadline));
  TRY(publisher_.flush(deadline));
  const std::uint64_t size = journal_.log_size();
  if (size != published_size()) {
    return unavailable("LOG_BUSY", "entries are still being appended: let the work finish first");
  }
  // From here on open() refuses: another server may add to the files at any time.
  TRY(journal_.set_setting(handed_over_setting, std::to_string(size)));
  sealer_.stop();
  publisher_.stop();
  locks_.clear();
  return {};
}

}  // namespace

Result<std::unique_ptr<LocalLog>> LocalLog::open(const LocalLogOptions& options, Journal& journal,
                                                 KeyHost& key_host, Alarms& alarms) {
  if (TRY(journal.setting(handed_over_setting))) return handed_over();
  TRY(check_origin(options.origin, journal));
  PublicKey public_key = TRY(find_public_key(options.key_name, journal, key_host));
  tlog::NoteKey key = TRY(tlog::NoteKey::make(options.origin, std::move(public_key)));
  TRY(set_once(journal, origin_setting, options.origin));
  TRY(set_once(journal, key_setting, base64_encode(key.key().spki())));
  CheckpointSigner signer(std::move(key), options.key_name, key_host);
  std::unique_ptr<Files> files =
      TRY(options.open_files ? options.open_files() : Files::open(options.directory));
  OpenedLog opened = TRY(open_log_files(*files, journal, signer));
  return std::unique_ptr<LocalLog>(std::make_unique<RunningLog>(
      std::move(files), std::move(opened), std::move(signer), options, journal, alarms));
}

}  // namespace chancery::daemon
