#include "tests/faults/journal_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "tests/support/journal/journal_calls.h"

namespace chancery::testing {

using daemon::Journal;
using daemon::RequestId;
using daemon::RequestState;
using daemon::StoredRequest;

namespace {

std::string bundle_of(const std::string& key) { return "{\"bundle\":\"" + key + "\"}"; }

// Keys with the same letter after the last '-' share one entry: a deterministic signature.
std::string body_of(const std::string& key) {
  const bool is_shared = key.ends_with("-same");
  return entry_body(is_shared ? "shared" : key);
}

}  // namespace

std::string Fact::line() const {
  return fmt::format("{} {} {} {}", static_cast<int>(kind), number, index, key);
}

Fact Fact::parse(const std::string& line) {
  std::istringstream in(line);
  int kind = 0;
  Fact out{};
  in >> kind >> out.number >> out.index >> out.key;
  out.kind = static_cast<Kind>(kind);
  return out;
}

void JournalFacts::note(const Fact& fact) {
  const std::lock_guard lock(mutex_);
  ++count_;
  switch (fact.kind) {
    case Fact::Kind::accepted:
      requests_[fact.number].key = fact.key;
      break;
    case Fact::Kind::signed_:
      requests_[fact.number].is_signed = true;
      requests_[fact.number].index = static_cast<std::uint64_t>(fact.index);
      break;
    case Fact::Kind::done:
      requests_[fact.number].is_done = true;
      break;
    case Fact::Kind::failed:
      requests_[fact.number].is_failed = true;
      break;
    case Fact::Kind::announced:
      CHANCERY_ASSERT(leaves_.size() == static_cast<std::size_t>(fact.number));
      leaves_.push_back(fact.key);
      break;
    case Fact::Kind::projected:
      projected_ = static_cast<std::uint64_t>(fact.number);
      break;
    case Fact::Kind::forgotten:
      for (auto& [id, known] : requests_) known.may_be_forgotten = true;
      break;
    case Fact::Kind::sealed:
      sealed_ = static_cast<std::uint64_t>(fact.number);
      break;
  }
}

std::size_t JournalFacts::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

std::optional<std::string> JournalFacts::find_broken_promise(Journal& journal) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, known] : requests_) {
    if (auto broken = judge(journal, id, known)) return broken;
  }
  if (auto broken = judge_log(journal)) return broken;
  return judge_audit(journal);
}

// Whole, and with a record for whatever was confirmed and is not forgotten.
std::optional<std::string> JournalFacts::judge_audit(Journal& journal) const {
  const std::unique_ptr<daemon::AuditReader> reader = journal.read_audit().value();
  audit::Head here = reader->start().value();
  const std::uint64_t start = here.size;
  std::set<std::string> told;  // event and receipt
  const auto rows = reader->rows(0, 100000).value();
  for (const daemon::AuditRow& row : rows) {
    here = {here.size + 1, audit::next_link(here.link, row.record)};
    if (row.number != here.size) return fmt::format("audit record {} is gone", here.size);
    if (row.link != here.link) return fmt::format("audit record {} is not linked", row.number);
    const Json record = parse_json(row.record, "record").value();
    told.insert(record.value("event", "") + " " + record.value("receipt", ""));
  }
  const auto heads = reader->heads(sealed_, 1).value();
  if (sealed_ > 0 && heads.empty()) return "a signed head of the audit is gone";
  for (const auto& [id, known] : requests_) {
    const std::string receipt = " " + journal.receipts().receipt_for(id);
    const bool is_told = told.contains("allowed" + receipt) &&
                         (!known.is_signed || told.contains("signed" + receipt)) &&
                         (!known.is_done || told.contains("done" + receipt)) &&
                         (!known.is_failed || told.contains("failed" + receipt));
    if (!is_told && start == 0) return fmt::format("request {}: its audit record is gone", id);
  }
  return std::nullopt;
}

std::optional<std::string> JournalFacts::judge(Journal& journal, RequestId id,
                                               const Known& known) const {
  const auto broken = [&](std::string_view what) {
    return fmt::format("request {} ({}): {}", id, known.key, what);
  };
  const auto found = journal.find(id);
  if (!found.ok()) return broken(found.error().message);
  if (!*found) {
    if (known.may_be_forgotten) return std::nullopt;
    return broken("accepted, and gone");
  }
  const StoredRequest& stored = **found;
  if (stored.acceptance.idempotency_key != known.key) return broken("has another's key");
  const bool is_signed =
      stored.state == RequestState::signed_ || stored.state == RequestState::done;
  if (known.is_signed && !is_signed) return broken("its confirmed signature is gone");
  if (known.is_signed && stored.log_index != known.index) return broken("moved in the log");
  if (is_signed && as_text(stored.signature) != "signature of " + body_of(known.key)) {
    return broken("has another signature");
  }
  if (is_signed && *stored.log_index >= journal.log_size()) return broken("lies beyond the log");
  if (known.is_done && stored.state != RequestState::done) return broken("is no longer done");
  if (stored.state == RequestState::done && stored.bundle != bundle_of(known.key)) {
    return broken("has another bundle");
  }
  if (known.is_failed && stored.state != RequestState::failed) return broken("failed, but lives");
  if (!is_signed && stored.state != RequestState::failed) {
    return broken("neither signed nor failed after a restart");
  }
  return std::nullopt;
}

std::optional<std::string> JournalFacts::judge_log(Journal& journal) const {
  if (journal.log_size() < leaves_.size()) return "the log is shorter than announced";
  const auto projection = journal.projection();
  if (!projection.ok()) return projection.error().message;
  if (projection->size < projected_) return "the projection went back";
  const auto rows = journal.log_entries(projection->size, 100000);
  if (!rows.ok()) return rows.error().message;
  if (projection->size + rows->size() != journal.log_size()) return "the log has a gap";
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const daemon::LogEntryRow& row = (*rows)[i];
    if (row.index != projection->size + i) return "the log is out of order";
    if (row.leaf != tlog::leaf_hash(as_bytes(row.body))) return "an entry's leaf is another's";
    const bool was_announced = row.index < leaves_.size();
    if (was_announced && hex_encode(row.leaf) != leaves_[row.index]) {
      return fmt::format("entry {} is another than announced", row.index);
    }
  }
  return std::nullopt;
}

std::optional<std::string> JournalFacts::find_receipt_used_twice(Journal& journal) const {
  const std::lock_guard lock(mutex_);
  const auto accepted = accept(journal, acceptance("after the stop"));
  if (!accepted.ok()) return accepted.error().message;
  if (requests_.contains(accepted->id)) return "a receipt names a second request";
  return std::nullopt;
}

namespace {

// One batch of requests, each step posted by the completion of the one before.
class Batch {
 public:
  Batch(Journal& journal, const std::function<void(const Fact&)>& note)
      : journal_(journal), note_(note) {}

  void start(const std::string& key) {
    ++open_;
    journal_.accept(acceptance(key), [this, key](const Result<daemon::Accepted>& accepted) {
      const RequestId id = accepted.value().id;
      if (!accepted->earlier) note_({Fact::Kind::accepted, id, 0, key});
      if (accepted->earlier || key.ends_with("-left")) return end();
      if (key.ends_with("-fails")) return fail(id);
      sign(id, key);
    });
  }
  void wait() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return open_ == 0; });
  }

 private:
  void fail(RequestId id) {
    journal_.record_failed(id, unavailable("KEY_HOST_DOWN", "down"), midday,
                           [this, id](const Result<void>& failed) {
                             failed.value();
                             note_({Fact::Kind::failed, id});
                             end();
                           });
  }
  void sign(RequestId id, const std::string& key) {
    const std::string body = body_of(key);
    journal_.record_signed(id, to_bytes(as_bytes("signature of " + body)), "spki", body,
                           key.ends_with("-same"),
                           [this, id, key](const Result<daemon::Placed>& placed) {
                             const auto index = static_cast<std::int64_t>(placed->log_index);
                             note_({Fact::Kind::signed_, id, index});
                             if (key.ends_with("-unfinished")) return end();
                             finish(id, key);
                           });
  }
  void finish(RequestId id, const std::string& key) {
    journal_.record_done(id, bundle_of(key), midday, [this, id](const Result<void>& done) {
      done.value();
      note_({Fact::Kind::done, id});
      end();
    });
  }
  void end() {
    const std::lock_guard lock(mutex_);
    if (--open_ == 0) wake_.notify_one();
  }

  Journal& journal_;
  const std::function<void(const Fact&)>& note_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<int> open_ = 1;

 public:
  void close() { end(); }  // nothing further is started
};

}  // namespace

namespace {

// Whose signature it is does not matter to the journal.
std::int64_t seal_audit(Journal& journal) {
  const audit::Head head = journal.read_audit().value()->head().value();
  const std::string text = tlog::checkpoint_text({"log/audit", head.size, head.link, {}});
  const tlog::Note note{text, {{"log/audit", {}, Bytes(64)}}};
  journal.record_audit_head(head.size, tlog::write_note(note)).value();
  return static_cast<std::int64_t>(head.size);
}

}  // namespace

void live_through(Journal& journal, const std::string& name,
                  const std::function<void(const Fact&)>& note) {
  for (int round = 0; round < 6; ++round) {
    const std::string prefix = fmt::format("{}{}", name, round);
    Batch batch(journal, note);
    for (const char* kind : {"", "-same", "-fails", "-unfinished", "-left", "-more", "-again"}) {
      batch.start(prefix + kind);
    }
    batch.start(prefix + "-again");
    batch.close();
    batch.wait();
    if (!refuse(journal, {}).ok()) return;
    if (round % 2 == 0) continue;
    note({Fact::Kind::sealed, seal_audit(journal)});
    const std::uint64_t size = journal.log_size();
    journal.record_projection({size, {}}).value();
    note({Fact::Kind::projected, static_cast<std::int64_t>(size)});
  }
  note({Fact::Kind::forgotten});
  journal.forget_before(midday + std::chrono::hours(48)).value();
  if (name == "second") journal.forget_audit_before(WallTime::max()).value();
}

daemon::JournalOptions noted_options(const std::filesystem::path& path,
                                     const std::function<void(const Fact&)>& note) {
  daemon::JournalOptions options;
  options.path = path;
  options.checkpoint_pages = 30;  // several times in a short life
  options.log_room_bytes = 100 << 10;
  options.on_appended = [note](const std::vector<daemon::AppendedEntry>& entries) {
    for (const daemon::AppendedEntry& entry : entries) {
      note({Fact::Kind::announced, static_cast<std::int64_t>(entry.index), 0,
            hex_encode(entry.leaf)});
    }
  };
  return options;
}

}  // namespace chancery::testing
