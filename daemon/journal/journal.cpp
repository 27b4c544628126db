#include "daemon/journal/journal.h"

#include <atomic>
#include <future>
#include <utility>

#include "daemon/journal/audit_events.h"
#include "daemon/journal/disk_room.h"
#include "daemon/journal/reading.h"
#include "daemon/journal/recovery.h"
#include "daemon/journal/sqlite/acts.h"
#include "daemon/journal/sqlite/audit_reader.h"
#include "daemon/journal/sqlite/backup.h"
#include "daemon/journal/sqlite/deadlines.h"
#include "daemon/journal/sqlite/log_order.h"
#include "daemon/journal/sqlite/remote_steps.h"
#include "daemon/journal/sqlite/retention.h"
#include "daemon/journal/sqlite/schema.h"
#include "daemon/journal/sqlite/writer.h"

namespace chancery::daemon {
namespace {

using sqlite::Database;
using sqlite::Tables;
using sqlite::Urgency;

// Into the audit, where the step has come to something.
Result<void> append_outcome(Tables& tables, const RemoteStep& step, const std::string& receipt) {
  const std::optional<audit::Event> event = event_of(step, receipt);
  return event ? tables.audit.append(*event) : Result<void>();
}

// Those of them that are not finished.
Result<std::vector<StoredRequest>> find_each(sqlite::RequestReader& requests,
                                             const Result<std::vector<RequestId>>& ids,
                                             sqlite::Payload payload) {
  if (!ids.ok()) return ids.error();
  std::vector<StoredRequest> out;
  for (const RequestId id : *ids) {
    std::optional<StoredRequest> request = TRY(requests.find(id, payload));
    // It may have been finished between the two looks.
    if (!request || request->state == RequestState::done) continue;
    if (request->state != RequestState::failed) out.push_back(std::move(*request));
  }
  return out;
}

class SqliteJournal final : public Journal {
 public:
  SqliteJournal(JournalOptions options, std::unique_ptr<Database> writing,
                std::unique_ptr<Tables> tables, std::unique_ptr<Database> reading,
                std::string instance)
      : path_(std::move(options.path)),
        vfs_(std::move(options.vfs)),
        reserve_bytes_(options.reserve_bytes),
        receipts_(std::move(instance)),
        reading_(std::make_unique<Reading>(std::move(reading), options.on_damage)),
        writer_(
            std::move(writing), std::move(tables),
            {options.queue_max, options.checkpoint_pages, options.log_room_bytes,
             std::move(options.requests_in_flight), options.pace_max,
             std::move(options.on_appending), std::move(options.on_appended),
             std::move(options.on_damage), std::move(options.at_step), std::move(options.now)}) {}

  // The writing connection goes last: it alone can bring the write-ahead log into the database and
  // remove it, so that a journal at rest is one file.
  ~SqliteJournal() override {
    writer_.stop();
    reading_.reset();
  }
  void stop() override { writer_.stop(); }

  void accept(Acceptance acceptance, Done<Accepted> done) override;
  void record_signed(RequestId id, Bytes signature, std::string verifier_spki,
                     std::string entry_body, bool may_repeat, Done<Placed> done) override;
  void record_remote_step(RequestId id, RemoteStep step, std::optional<RequestState> reached,
                          Done<void> done) override {
    write<void>(
        Urgency::must_be_taken,
        [id, reached, receipt = receipts_.receipt_for(id),
         step = std::move(step)](Tables& tables) -> Result<void> {
          TRY(tables.requests.record_remote_step(id, step, reached));
          return append_outcome(tables, step, receipt);
        },
        std::move(done));
  }
  void record_released(RequestId id, RemoteStep step, std::vector<std::string> awaited,
                       Done<void> done) override {
    write<void>(
        Urgency::must_be_taken,
        [id, receipt = receipts_.receipt_for(id), step = std::move(step),
         awaited = std::move(awaited)](Tables& tables) -> Result<void> {
          TRY(tables.requests.record_released(id, step, awaited));
          return append_outcome(tables, step, receipt);
        },
        std::move(done));
  }
  void record_remote_trouble(RequestId id, RemoteTrouble trouble, Done<void> done) override;
  Result<std::vector<RequestId>> record_overdue(WallTime now) override;
  void record_done(RequestId id, std::string bundle, WallTime at, Done<void> done) override;
  void record_failed(RequestId id, const Error& error, WallTime at, Done<void> done) override;
  void record_refusal(Refusal refusal, Done<void> done) override;
  Result<void> record_refusals(const CountedRefusals& refusals) override {
    return write_and_wait<void>(
        [&refusals](Tables& tables) { return tables.audit.append(event_of(refusals)); });
  }

  Result<void> record_act(const Act& act) override {
    return write_and_wait<void>([&act](Tables& tables) -> Result<void> {
      TRY(sqlite::record_act(tables.database, act));
      return tables.audit.append(event_of(act));
    });
  }
  Result<Standings> standings() override {
    return reading_->ask(
        [](ReadTables& tables) { return sqlite::read_standings(tables.database); });
  }

  Result<std::optional<StoredRequest>> find(RequestId id) override {
    return reading_->ask([&](ReadTables& tables) { return tables.requests.find(id); });
  }
  Result<std::optional<StoredRequest>> find_by_idempotency_key(std::uint32_t uid,
                                                               std::string_view profile,
                                                               std::string_view key) override;
  Result<std::vector<RequestId>> find_by_digest(ByteView digest, std::size_t count_max) override {
    return reading_->ask(
        [&](ReadTables& tables) { return tables.requests.find_by_digest(digest, count_max); });
  }
  Result<std::vector<StoredRequest>> unfinished(std::size_t count_max) override {
    return reading_->ask([&](ReadTables& tables) {
      return find_each(tables.requests, tables.requests.unfinished(count_max),
                       sqlite::Payload::left_out);
    });
  }
  Result<std::vector<StoredRequest>> unreleased(std::size_t count_max) override {
    return reading_->ask([&](ReadTables& tables) {
      return find_each(tables.requests, tables.requests.unreleased(0, count_max),
                       sqlite::Payload::read);
    });
  }
  Result<std::vector<RequestId>> unreleased_after(RequestId after, std::size_t count_max) override {
    return reading_->ask(
        [&](ReadTables& tables) { return tables.requests.unreleased(after, count_max); });
  }
  Result<RequestId> newest() override {
    return reading_->ask([](ReadTables& tables) {
      return tables.database.integer("SELECT coalesce(max(id), 0) FROM requests");
    });
  }
  Result<std::vector<RequestId>> awaited(std::string_view destination, RequestId after,
                                         std::size_t count_max) override {
    return reading_->ask([&](ReadTables& tables) {
      return sqlite::find_awaited(tables.database, destination, after, count_max);
    });
  }
  Result<std::vector<RequestId>> recorded(RequestId after, std::size_t count_max) override {
    return reading_->ask([&](ReadTables& tables) {
      return sqlite::find_recorded(tables.database, after, count_max);
    });
  }
  Result<Released> count_released() override {
    return reading_->ask(
        [](ReadTables& tables) { return sqlite::count_released(tables.database); });
  }
  Result<bool> has_overdue(std::string_view profile) override {
    return reading_->ask(
        [&](ReadTables& tables) { return sqlite::has_overdue(tables.database, profile); });
  }
  Result<std::vector<RemoteStep>> remote_steps(RequestId id) override {
    return reading_->ask(
        [&](ReadTables& tables) { return sqlite::read_remote_steps(tables.database, id); });
  }
  JournalCounts counts() override;
  const Receipts& receipts() const override { return receipts_; }

  std::uint64_t log_size() override { return writer_.log_size(); }
  Result<std::vector<LogEntryRow>> log_entries(std::uint64_t from, std::size_t count_max) override {
    return reading_->ask([&](ReadTables& tables) { return tables.log.entries(from, count_max); });
  }
  Result<std::vector<SignedRecord>> signed_records(std::uint64_t from, std::uint64_t to) override {
    return reading_->ask([&](ReadTables& tables) { return tables.log.signed_records(from, to); });
  }
  Result<Projection> projection() override {
    return reading_->ask([](ReadTables& tables) { return tables.log.projection(); });
  }
  Result<void> record_projection(const Projection& projection) override;

  Result<std::optional<std::string>> setting(std::string_view name) override;
  Result<void> set_setting(std::string_view name, std::string_view value) override;
  Result<std::unique_ptr<AuditReader>> read_audit() override {
    return sqlite::open_audit_reader(path_, vfs_);
  }
  Result<void> record_audit_head(std::uint64_t size, std::string_view note) override {
    return write_and_wait<void>(
        [size, note](Tables& tables) { return tables.audit.record_head(size, note); });
  }
  Result<void> forget_audit_before(WallTime time) override;
  Result<std::vector<Sha256>> forget_before(WallTime time) override;
  Result<bool> names_payload_file(const Sha256& name) override {
    return reading_->ask(
        [&](ReadTables& tables) { return sqlite::names_payload_file(tables.database, name); });
  }
  Result<void> copy_to(const std::filesystem::path& path) override {
    return sqlite::copy_database(path_, path, vfs_);
  }

 private:
  template <typename T>
  void write(Urgency urgency, std::function<Result<T>(Tables&)> apply, Done<T> done);
  // For callers that wait: never on the writer's own thread.
  template <typename T>
  Result<T> write_and_wait(std::function<Result<T>(Tables&)> apply);

  const std::filesystem::path path_;
  const std::string vfs_;
  const std::uint64_t reserve_bytes_;
  const Receipts receipts_;
  std::atomic<std::uint64_t> accepted_ = 0, signed_ = 0, done_ = 0, failed_ = 0;
  std::unique_ptr<Reading> reading_;
  sqlite::Writer writer_;  // last: its completions may use the rest
};

template <typename T>
void SqliteJournal::write(Urgency urgency, std::function<Result<T>(Tables&)> apply, Done<T> done) {
  auto pending = std::make_unique<sqlite::WriteOf<T>>(std::move(apply), done);
  const Result<void> posted = writer_.post(std::move(pending), urgency);
  if (!posted.ok()) done(posted.error());
}

template <typename T>
Result<T> SqliteJournal::write_and_wait(std::function<Result<T>(Tables&)> apply) {
  std::promise<Result<T>> promise;
  write<T>(Urgency::must_be_taken, std::move(apply),
           [&promise](Result<T> outcome) { promise.set_value(std::move(outcome)); });
  return promise.get_future().get();
}

void SqliteJournal::accept(Acceptance acceptance, Done<Accepted> done) {
  const Result<void> room =
      require_room(path_.parent_path(), reserve_bytes_, acceptance.payload.size());
  if (!room.ok()) return done(room.error());
  auto shared = std::make_shared<Acceptance>(std::move(acceptance));
  write<Accepted>(
      Urgency::may_be_refused,
      [this, shared](Tables& tables) -> Result<Accepted> {
        Accepted accepted = TRY(tables.requests.accept(*shared));
        if (accepted.earlier) return accepted;
        TRY(tables.audit.append(event_of(*shared, receipts_.receipt_for(accepted.id))));
        return accepted;
      },
      [this, done = std::move(done)](Result<Accepted> outcome) {
        if (outcome.ok() && !outcome->earlier) ++accepted_;
        done(std::move(outcome));
      });
}

void SqliteJournal::record_signed(RequestId id, Bytes signature, std::string verifier_spki,
                                  std::string entry_body, bool may_repeat, Done<Placed> done) {
  // Hashed on the caller's thread: the writer is the one that everybody waits for.
  const tlog::Hash leaf = tlog::leaf_hash(as_bytes(entry_body));
  auto apply = [id, receipt = receipts_.receipt_for(id), signature = std::move(signature),
                spki = std::move(verifier_spki),
                entry = sqlite::NewEntry{leaf, std::move(entry_body), may_repeat}](
                   Tables& tables) -> Result<Placed> {
    TRY(tables.requests.require_accepted(id));
    const Placed placed = TRY(tables.log.place(entry));
    TRY(tables.requests.record_signed(id, signature, spki, placed.log_index));
    TRY(tables.audit.append(audit::Signed{receipt, signature, placed.log_index}));
    return placed;
  };
  write<Placed>(Urgency::must_be_taken, std::move(apply),
                [this, done = std::move(done)](Result<Placed> outcome) {
                  if (outcome.ok()) ++signed_;
                  done(std::move(outcome));
                });
}

void SqliteJournal::record_remote_trouble(RequestId id, RemoteTrouble trouble, Done<void> done) {
  write<void>(
      Urgency::must_be_taken,
      [id, receipt = receipts_.receipt_for(id),
       trouble = std::move(trouble)](Tables& tables) -> Result<void> {
        const bool is_new = TRY(tables.requests.record_remote_trouble(id, trouble));
        return is_new ? tables.audit.append(event_of(trouble, receipt)) : Result<void>();
      },
      std::move(done));
}

Result<std::vector<RequestId>> SqliteJournal::record_overdue(WallTime now) {
  return write_and_wait<std::vector<RequestId>>(
      [this, now](Tables& tables) -> Result<std::vector<RequestId>> {
        std::vector<RequestId> late = TRY(sqlite::mark_overdue(tables.database, now));
        for (const RequestId id : late) {
          const std::string receipt = receipts_.receipt_for(id);
          TRY(tables.audit.append(audit::Overdue{receipt}));
        }
        return late;
      });
}

void SqliteJournal::record_done(RequestId id, std::string bundle, WallTime at, Done<void> done) {
  const Sha256 hash = sha256(as_bytes(bundle));  // on the caller's thread, as above
  write<void>(
      Urgency::must_be_taken,
      [id, receipt = receipts_.receipt_for(id), at, hash,
       bundle = std::move(bundle)](Tables& tables) -> Result<void> {
        TRY(tables.requests.record_done(id, {bundle, hash}, at));
        return tables.audit.append(audit::Done{receipt});
      },
      [this, done = std::move(done)](Result<void> outcome) {
        if (outcome.ok()) ++done_;
        done(std::move(outcome));
      });
}

void SqliteJournal::record_failed(RequestId id, const Error& error, WallTime at, Done<void> done) {
  write<void>(
      Urgency::must_be_taken,
      [id, receipt = receipts_.receipt_for(id), at, error](Tables& tables) -> Result<void> {
        TRY(tables.requests.record_failed(id, error, at));
        return tables.audit.append(
            audit::Failed{receipt, error.reason, cut_message(error.message)});
      },
      [this, done = std::move(done)](Result<void> outcome) {
        if (outcome.ok()) ++failed_;
        done(std::move(outcome));
      });
}

void SqliteJournal::record_refusal(Refusal refusal, Done<void> done) {
  write<void>(
      Urgency::may_be_refused,
      [refusal = std::move(refusal)](Tables& tables) -> Result<void> {
        TRY(tables.requests.record_refusal(refusal));
        return tables.audit.append(event_of(refusal));
      },
      std::move(done));
}

Result<std::optional<StoredRequest>> SqliteJournal::find_by_idempotency_key(
    std::uint32_t uid, std::string_view profile, std::string_view key) {
  return reading_->ask([&](ReadTables& tables) -> Result<std::optional<StoredRequest>> {
    const auto id = TRY(tables.requests.find_by_key(uid, profile, key));
    if (!id) return std::optional<StoredRequest>();
    return tables.requests.find(*id);
  });
}

JournalCounts SqliteJournal::counts() {
  JournalCounts out;
  out.accepted = accepted_;
  out.signed_ = signed_;
  out.done = done_;
  out.failed = failed_;
  out.commits = writer_.commits();
  out.answered = writer_.answered();
  out.waiting = writer_.waiting();
  return out;
}

Result<void> SqliteJournal::record_projection(const Projection& projection) {
  return write_and_wait<void>(
      [&projection](Tables& tables) { return tables.log.record_projection(projection); });
}

Result<std::optional<std::string>> SqliteJournal::setting(std::string_view name) {
  return reading_->ask([&](ReadTables& tables) -> Result<std::optional<std::string>> {
    sqlite::Statement find(tables.database, "SELECT value FROM settings WHERE name = ?1");
    sqlite::Rows rows = find.rows(name);
    if (!TRY(rows.next())) return std::optional<std::string>();
    return std::optional<std::string>(rows.text(0));
  });
}

Result<void> SqliteJournal::set_setting(std::string_view name, std::string_view value) {
  return write_and_wait<void>([name, value](Tables& tables) {
    sqlite::Statement set(tables.database,
                          "INSERT INTO settings VALUES(?1, ?2)"
                          " ON CONFLICT(name) DO UPDATE SET value = ?2");
    return set.run(name, value);
  });
}

Result<void> SqliteJournal::forget_audit_before(WallTime time) {
  const std::uint64_t last = TRY(reading_->ask(
      [&](ReadTables& tables) { return sqlite::find_sealed_before(tables.database, time); }));
  if (last == 0) return {};
  TRY(write_and_wait<void>([last](Tables& tables) { return tables.audit.begin_to_forget(last); }));
  while (TRY(
      write_and_wait<bool>([last](Tables& tables) { return tables.audit.forget_some(last); }))) {
  }
  return {};
}

Result<std::vector<Sha256>> SqliteJournal::forget_before(WallTime time) {
  const auto is_of_damage = [](const Error& error) { return error.code == ErrorCode::corrupt; };
  const Result<void> refusals = write_and_wait<void>(
      [time](Tables& tables) { return sqlite::forget_refusals(tables.database, time); });
  if (!refusals.ok() && !is_of_damage(refusals.error())) return refusals.error();
  std::vector<Sha256> out;
  RequestId after = 0;
  for (bool is_end = false; !is_end;) {
    const sqlite::OldRequests old = TRY(reading_->ask([&](ReadTables& tables) {
      return sqlite::find_old_requests(tables.database, after, time);
    }));
    after = old.looked_up_to;
    is_end = old.is_end;
    const auto files = write_and_wait<std::vector<Sha256>>(
        [&old](Tables& tables) { return sqlite::forget_requests(tables.database, old.ids); });
    if (!files.ok() && is_of_damage(files.error())) continue;
    for (const Sha256& file : TRY(files)) {
      if (!TRY(names_payload_file(file))) out.push_back(file);
    }
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(JournalOptions options) {
  using sqlite::Access;
  const auto step = [&options](std::string_view name) {
    if (options.at_step) options.at_step(name);
  };
  auto writing = TRY(Database::open(options.path, Access::read_write_create, options.vfs));
  TRY(sqlite::configure_writer(*writing));
  TRY(sqlite::migrate(*writing));
  step("migrated");
  TRY(sqlite::check(*writing));
  auto tables = std::make_unique<Tables>(*writing);
  TRY(writing->run("BEGIN IMMEDIATE"));
  std::string instance = TRY(recover(*writing, *tables, options.policy, options.now()));
  step("recovered");
  TRY(writing->run("COMMIT"));
  tables->audit.commit();
  auto reading = TRY(Database::open(options.path, Access::read_only, options.vfs));
  TRY(sqlite::configure_reader(*reading));
  return std::unique_ptr<Journal>(
      std::make_unique<SqliteJournal>(std::move(options), std::move(writing), std::move(tables),
                                      std::move(reading), std::move(instance)));
}

}  // namespace chancery::daemon
