// Exactly once: the journal of requests, the order of the local log, the archive of bundles.
//
// SQLite (WAL, synchronous=FULL) with one writer thread that commits whatever waits together. A
// failed commit or fsync ends the process: it is never retried (the kernel may have dropped the
// pages, and a second fsync would lie).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "core/base/limits/journal.h"
#include "core/base/result.h"
#include "core/tlog/entry.h"
#include "daemon/journal/audit_reader.h"
#include "daemon/journal/receipt.h"
#include "daemon/journal/records.h"

namespace chancery::daemon {

// What a request with a known idempotency key finds.
struct Accepted {
  RequestId id = 0;
  // Set where the key was used before, for the same request: its stored state instead of a new one.
  std::optional<StoredRequest> earlier;
};

// Where a signature's entry stands in the local log.
struct Placed {
  std::uint64_t log_index = 0;
  bool is_new = true;  // false: an identical entry was there; it is shared
};

// A log entry whose commit is durable, in log order.
struct AppendedEntry {
  std::uint64_t index = 0;
  tlog::Hash leaf{};
};

struct LogEntryRow {
  std::uint64_t index = 0;
  tlog::Hash leaf{};
  std::string body;
};

// What was signed, as the log's entry tells it.
struct SignedRecord {
  std::uint64_t log_index = 0;
  tlog::HashedRekord record;
};

// How far the log's files have followed; the rows below `size` are gone from the journal.
struct Projection {
  std::uint64_t size = 0;
  tlog::Hash root{};
};

struct JournalOptions {
  std::filesystem::path path;  // of the database; its directory is ours alone (StateDirectory)
  std::string policy = {};     // the hash of the rules that it is opened under: for the audit
  // The audit's clock.
  std::function<WallTime()> now = [] {
    return std::chrono::floor<WallTime::duration>(std::chrono::system_clock::now());
  };
  // Called on the writer's thread before each commit that appends; and with none where that commit
  // failed: the same places then go to other entries.
  std::function<void(const std::vector<AppendedEntry>&)> on_appending = nullptr;
  // Called on the writer's thread after each commit that appended, in order, without gaps, before
  // the completions of that commit.
  std::function<void(const std::vector<AppendedEntry>&)> on_appended = nullptr;

  // Called on a reader's thread or the writer's, each time one met a damaged page or row.
  std::function<void(const Error&)> on_damage = nullptr;

  // How many requests wait for an answer; thread-safe, called on the writer's thread. The more
  // there are, the more a commit gathers.
  std::function<std::size_t()> requests_in_flight = nullptr;

  // Copies of core/base/limits, so that tests can reach them.
  std::size_t queue_max = limits::journal_queue_max;
  std::chrono::microseconds pace_max = limits::journal_pace_max;
  std::uint64_t reserve_bytes = limits::journal_reserve_bytes;
  int checkpoint_pages = limits::journal_checkpoint_pages;
  std::size_t log_room_bytes = limits::journal_log_bytes;
  // Tests only: SQLite's file layer by its registered name, and a call after each step: "migrated",
  // "recovered" in open(), then on the writer's thread "begun", "applied", "expected" (where it
  // appends), "committed", "appended", "finished", "checkpointed".
  std::string vfs = {};
  std::function<void(std::string_view step)> at_step = nullptr;
};

// Since open(), but for `waiting`, which is of now.
struct JournalCounts {
  std::uint64_t accepted = 0, signed_ = 0, done = 0, failed = 0;
  std::uint64_t commits = 0;
  std::uint64_t answered = 0;  // records, those that were refused too
  std::size_t waiting = 0;
};

// Thread-safe. Completions run on the writer's thread, after the commit (or at once on the
// caller's, where the record is refused): post real work elsewhere, and never wait in one for the
// journal.
//
// Every record may end in unavailable JOURNAL_DISK_FULL, and in corrupt JOURNAL_DAMAGED where it
// meets a damaged page: then nothing of it was written. A signature so refused must not leave the
// daemon; a request whose `done` was refused stays signed, and unfinished() lists it. All other
// failures to write end the process.
class Journal {
 public:
  template <typename T>
  using Done = std::function<void(Result<T>)>;

  // Opens or makes the journal; migrates older schemas; checks it (docs/decisions/
  // what-the-journal-promises.md says what); marks what was only accepted as failed with reason
  // DAEMON_STOPPED. Errors: corrupt JOURNAL_DAMAGED, AUDIT_CONTRADICTS_HEAD, unsupported
  // JOURNAL_TOO_NEW, unavailable JOURNAL_*.
  static Result<std::unique_ptr<Journal>> open(JournalOptions options);
  virtual ~Journal() = default;  // as stop(), where that was not called
  // Commits what waits, and runs its completions. What is to be written from then on is dropped
  // with the journal, and its completion with it; nobody may wait for one.
  virtual void stop() = 0;

  // exhausted JOURNAL_QUEUE_FULL and unavailable JOURNAL_DISK_FULL at once. invalid_request
  // IDEMPOTENCY_KEY_REUSED where the unexpired key belongs to another request of the same uid and
  // profile. A request that failed does not bind its key: the same request starts anew.
  virtual void accept(Acceptance acceptance, Done<Accepted> done) = 0;
  // The signature and its place in the log, in one commit. internal REQUEST_STEP_OUT_OF_ORDER
  // where the request does not wait for a signature; so too below.
  virtual void record_signed(RequestId id, Bytes signature, std::string verifier_spki,
                             std::string entry_body, bool may_repeat, Done<Placed> done) = 0;
  // How far a service elsewhere is with a signed request, and the state that it has reached so.
  virtual void record_remote_step(RequestId id, RemoteStep step,
                                  std::optional<RequestState> reached, Done<void> done) = 0;
  // What it did instead: into the audit, once of each kind.
  virtual void record_remote_trouble(RequestId id, RemoteTrouble trouble, Done<void> done) = 0;
  // The last timestamp of what leaves before its logs have it (Acceptance::record_by): these
  // destinations are awaited from now on. It is logged once each of them has a step with an answer.
  virtual void record_released(RequestId id, RemoteStep step, std::vector<std::string> awaited,
                               Done<void> done) = 0;
  // What has left and whose deadline has passed is overdue: the first of those that are so newly.
  // Waits for the commit; never on the writer's thread.
  virtual Result<std::vector<RequestId>> record_overdue(WallTime now) = 0;
  virtual void record_done(RequestId id, std::string bundle, WallTime at, Done<void> done) = 0;
  // Only of a request that was accepted and not signed.
  virtual void record_failed(RequestId id, const Error& error, WallTime at, Done<void> done) = 0;
  // Of the refusals, the newest limits::refusals_kept_max are kept.
  virtual void record_refusal(Refusal refusal, Done<void> done) = 0;
  // Into the audit alone. Waits for the commit; never on the writer's thread.
  virtual Result<void> record_refusals(const CountedRefusals& refusals) = 0;

  // What an administrator does. Waits for the commit; never on the writer's thread.
  virtual Result<void> record_act(const Act& act) = 0;
  virtual Result<Standings> standings() = 0;

  // Readers: a connection of their own; see only what is committed. All may end in corrupt
  // JOURNAL_DAMAGED.
  virtual Result<std::optional<StoredRequest>> find(RequestId id) = 0;
  // The newest with that key, whatever became of it.
  virtual Result<std::optional<StoredRequest>> find_by_idempotency_key(std::uint32_t uid,
                                                                       std::string_view profile,
                                                                       std::string_view key) = 0;
  // Newest first, those that are done or have left, and that this digest names (signed digest or a
  // subject's).
  virtual Result<std::vector<RequestId>> find_by_digest(ByteView digest, std::size_t count_max) = 0;
  // Oldest first, without their payloads: after open() all of them are signed, and to be finished.
  virtual Result<std::vector<StoredRequest>> unfinished(std::size_t count_max) = 0;
  // Of those, with their payloads, what has not left: whoever released the others
  // (Acceptance::record_by) looks after them.
  virtual Result<std::vector<StoredRequest>> unreleased(std::size_t count_max) = 0;
  // Their ids, in order, those after `after`.
  virtual Result<std::vector<RequestId>> unreleased_after(RequestId after,
                                                          std::size_t count_max) = 0;
  virtual Result<RequestId> newest() = 0;  // of all requests; 0: there was none
  virtual Result<std::vector<RemoteStep>> remote_steps(RequestId id) = 0;
  // What has left before its logs had it, in order, those after `after`: what this destination has
  // yet to record, and what all have recorded and is not done.
  virtual Result<std::vector<RequestId>> awaited(std::string_view destination, RequestId after,
                                                 std::size_t count_max) = 0;
  virtual Result<std::vector<RequestId>> recorded(RequestId after, std::size_t count_max) = 0;
  virtual Result<Released> count_released() = 0;  // however many there are, at once
  virtual Result<bool> has_overdue(std::string_view profile) = 0;
  virtual JournalCounts counts() = 0;
  virtual const Receipts& receipts() const = 0;

  // The local log's side.
  virtual std::uint64_t log_size() = 0;  // committed
  virtual Result<std::vector<LogEntryRow>> log_entries(std::uint64_t from,
                                                       std::size_t count_max) = 0;
  // Of the entries from `from` to before `to`, those whose requests are kept still; in no order.
  // Looks at every signature: for when a file of the log is damaged.
  virtual Result<std::vector<SignedRecord>> signed_records(std::uint64_t from,
                                                           std::uint64_t to) = 0;
  virtual Result<Projection> projection() = 0;
  // The files up to here are synced: forgets the rows below, not all at once. Waits for the commit.
  virtual Result<void> record_projection(const Projection& projection) = 0;

  // Small settings that are set once: the log's origin, instance id, hand-over; and
  // log_duplicates_setting.
  virtual Result<std::optional<std::string>> setting(std::string_view name) = 0;
  virtual Result<void> set_setting(std::string_view name, std::string_view value) = 0;

  // The audit (docs/audit.md): a record for each decision and outcome, in the commit of what it
  // tells of. Errors of a reader: unavailable JOURNAL_UNREADABLE.
  virtual Result<std::unique_ptr<AuditReader>> read_audit() = 0;
  // A signed head over the first `size` records. Waits for the commit.
  virtual Result<void> record_audit_head(std::uint64_t size, std::string_view note) = 0;
  // Forgets the records that the newest head whose last record is older covers; the heads stay, and
  // a record says so.
  virtual Result<void> forget_audit_before(WallTime time) = 0;

  // Forgets requests (and their bundles) that finished, and whose key expired, before `time`, and
  // refusals older than it. Returns the payload files that no row names any more. Those that it
  // looks at together with a damaged one are kept; of the damage on_damage hears.
  virtual Result<std::vector<Sha256>> forget_before(WallTime time) = 0;
  // Whether a request names this payload file.
  virtual Result<bool> names_payload_file(const Sha256& name) = 0;
  // A consistent copy; the daemon goes on meanwhile. `path` must not exist; it is synced.
  virtual Result<void> copy_to(const std::filesystem::path& path) = 0;
};

}  // namespace chancery::daemon
