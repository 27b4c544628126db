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
#include "core/bundle/bundle.h"
#include "core/tlog/note.h"
#include "daemon/journal/journal.h"

namespace chancery::daemon {

struct LocalLogOptions {
  std::filesystem::path directory;
  std::string origin;
  std::string key_name;  // Ed25519, in `key_host`
  std::chrono::milliseconds publish_interval;
};

// Where an entry lies and the proof against a signed checkpoint.
struct Inclusion {
  std::uint64_t log_index = 0;
  bundle::InclusionProof proof;
};

// Thread-safe. Owned by the daemon. Its own two threads: one has checkpoints signed, one writes
// the files.
class LocalLog {
 public:
  using Done = std::function<void(Result<Inclusion>)>;

  // Takes the lock files, checks files against the journal, catches up. Errors: corrupt
  // LOG_AHEAD_OF_JOURNAL, LOG_CONTRADICTS_JOURNAL, LOG_DAMAGED; unavailable LOG_LOCKED,
  // LOG_HANDED_OVER, LOG_ORIGIN_CHANGED (invalid_request).
  static Result<std::unique_ptr<LocalLog>> open(LocalLogOptions options, Journal& journal,
                                                KeyHost& key_host);
  virtual ~LocalLog() = default;  // publishes what is committed

  // From the journal, in order.
  virtual void append(const std::vector<AppendedEntry>& entries) = 0;
  // Calls `done` once a signed checkpoint covers the entry; on the log's thread.
  virtual void await_inclusion(std::uint64_t index, tlog::Hash leaf, Done done) = 0;

  virtual const tlog::NoteKey& key() const = 0;
  virtual std::uint64_t size() const = 0;            // committed
  virtual std::uint64_t published_size() const = 0;  // in files
  virtual std::string checkpoint() const = 0;        // the newest signed note
  virtual Result<std::string> entry(std::uint64_t index) const = 0;
  virtual Result<std::vector<tlog::Hash>> prove_inclusion(std::uint64_t index,
                                                          std::uint64_t size) const = 0;
  virtual Result<std::vector<tlog::Hash>> prove_consistency(std::uint64_t old_size,
                                                            std::uint64_t new_size) const = 0;

  virtual bool is_handed_over() const = 0;

  // Everything committed is in the files, synced; the files are released for another server and
  // this journal never appends again.
  virtual Result<void> hand_over(Deadline deadline) = 0;
  // Runs `copy` while the files stand still at the size given.
  virtual Result<void> while_still(const std::function<Result<void>(const Projection&)>& copy) = 0;
};

}  // namespace chancery::daemon
