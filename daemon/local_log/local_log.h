// The embedded transparency log: Rekor v2's tree over the journal's order of entries.
//
// The journal's commit fixes the order; this class keeps the tree, has checkpoints signed by a key
// host, proves inclusion, and lets the files (C2SP tlog-tiles in Tessera's POSIX layout) follow
// within the publish interval. The files are a projection: rebuilt from the journal at start.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "backends/host/key_host.h"
#include "core/base/limits/local_log.h"
#include "core/tlog/note.h"
#include "daemon/alarms/alarms.h"
#include "daemon/journal/journal.h"
#include "daemon/local_log/files.h"
#include "daemon/local_log/inclusion.h"

namespace chancery::daemon {

struct LocalLogOptions {
  std::filesystem::path directory;
  std::string origin;
  std::string key_name;  // Ed25519, in `key_host`
  std::chrono::milliseconds publish_interval;
  // A copy of core/base/limits, so that tests can reach it.
  std::chrono::milliseconds unsigned_max = limits::log_unsigned_max;
  // Tests only: another disk. `directory` is not looked at then.
  std::function<Result<std::unique_ptr<Files>>()> open_files = nullptr;
};

// Thread-safe. Owned by the daemon; borrows journal, key host and alarms, which must outlive it.
// Its own two threads: one has checkpoints signed, one writes the files.
class LocalLog {
 public:
  using Done = std::function<void(Result<Inclusion>)>;

  // Takes the lock files, checks files against the journal, catches up. Origin and public key are
  // set once, in the journal. Errors: those of open_log_files (opening.h); unavailable
  // LOG_HANDED_OVER, LOG_KEY_MISSING; invalid_request LOG_ORIGIN_CHANGED, LOG_KEY_CHANGED,
  // LOG_KEY_UNFIT (not Ed25519), NOTE_KEY_NAME_INVALID.
  static Result<std::unique_ptr<LocalLog>> open(const LocalLogOptions& options, Journal& journal,
                                                KeyHost& key_host, Alarms& alarms);
  // As stop(), where that was not called. No calls from other threads any more, the journal's
  // included.
  virtual ~LocalLog() = default;
  // Signs and publishes what is committed, where the first try succeeds; the journal keeps the
  // rest. From then on it needs journal and key host no more, whoever awaits an entry is told
  // LOG_CLOSED, and what is appended is left to the next start.
  virtual void stop() = 0;

  // From the journal: these are being committed, and come as append() unless that fails: none are
  // then expected any more. Where it is one alone, its checkpoint is signed meanwhile
  // (docs/decisions/signed-while-it-is-committed.md).
  virtual void expect(const std::vector<AppendedEntry>& entries) = 0;
  // From the journal, in order.
  virtual void append(const std::vector<AppendedEntry>& entries) = 0;
  // Calls `done` once a signed checkpoint covers the entry; on the log's thread. Errors: corrupt
  // LOG_CONTRADICTS_JOURNAL (another leaf lies there), LOG_DAMAGED; unavailable LOG_CLOSED.
  virtual void await_inclusion(std::uint64_t index, tlog::Hash leaf, Done done) = 0;

  // Why no new work should be taken, if so: unavailable LOG_HANDED_OVER, LOG_FILES_BEHIND (the
  // disk is full, say), LOG_CHECKPOINT_UNSIGNED (its key has not signed for a while).
  virtual Result<void> ready() const = 0;

  virtual const tlog::NoteKey& key() const = 0;
  virtual std::uint64_t size() const = 0;            // committed
  virtual std::uint64_t published_size() const = 0;  // in files
  // What its threads have tried, also in vain: one that has work and tries nothing hangs. The files
  // that while_still() holds are no work.
  virtual std::uint64_t tries() const = 0;
  virtual std::uint64_t waiting() const = 0;   // entries
  virtual std::string checkpoint() const = 0;  // the newest signed note
  // Errors: not_found LOG_ENTRY_NOT_FOUND, corrupt LOG_DAMAGED; those of SoundFiles.
  virtual Result<std::string> entry(std::uint64_t index) const = 0;
  // Errors: those of LogTree.
  virtual Result<std::vector<tlog::Hash>> prove_inclusion(std::uint64_t index,
                                                          std::uint64_t size) const = 0;
  virtual Result<std::vector<tlog::Hash>> prove_consistency(std::uint64_t old_size,
                                                            std::uint64_t new_size) const = 0;

  // SoundFiles::look_again().
  virtual void look_at_damage() = 0;

  // Everything committed is in the files, synced; the files are released for another server and
  // this journal never appends again. The caller has let all work finish: what were appended
  // later would be in no log. Errors: unavailable LOG_CHECKPOINT_UNSIGNED, LOG_FILES_BEHIND,
  // LOG_BUSY (entries still come); then the log goes on.
  virtual Result<void> hand_over(Deadline deadline) = 0;
  // Runs `copy` while the files stand still at the size given.
  virtual Result<void> while_still(const std::function<Result<void>(const Projection&)>& copy) = 0;
};

}  // namespace chancery::daemon
