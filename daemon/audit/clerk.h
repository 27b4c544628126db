// The clerk of the audit: has its heads signed at intervals and at the end, records the refusals
// that were only counted, and copies new records to the system's journal.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "daemon/audit/refusal_recorder.h"
#include "daemon/local_log/signed_tree.h"

namespace chancery::daemon {

struct ClerkOptions {
  std::chrono::milliseconds head_interval;
  // What is done with a copy of each new record and each new head: core/audit says what is in
  // them. Not each record at a high rate: a count of those left out comes in its place.
  std::function<void(std::string_view record)> copy_record;
  std::function<void(const audit::Head& head, std::string_view note)> copy_head;
  std::function<void(std::uint64_t count)> copy_left_out;
};

// Thread-safe; its own thread works. Borrows journal, refusals and the signer's key host.
class Clerk {
 public:
  Clerk(Journal& journal, RefusalRecorder& refusals, CheckpointSigner signer, ClerkOptions options);
  ~Clerk() { stop(); }

  // A head over what is committed now, if there is none yet. `done` runs once, on the clerk's
  // thread: the key host's answer may come through a pool, whose threads must not wait for it.
  // Errors: unavailable SHUTTING_DOWN (after stop()); those of CheckpointSigner::begin and of the
  // journal.
  void seal(Journal::Done<void> done);
  // Records and seals what there is, once; then its thread ends.
  void stop();

 private:
  void run();
  Result<void> seal_now();
  Result<void> copy_new_records();

  Journal& journal_;
  RefusalRecorder& refusals_;
  const CheckpointSigner signer_;
  const ClerkOptions options_;
  std::unique_ptr<AuditReader> reader_;  // the clerk's thread alone
  std::uint64_t copied_ = 0;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Journal::Done<void>> awaiting_seal_;
  bool is_stopping_ = false;
  std::thread thread_;  // last: it uses all the others
};

}  // namespace chancery::daemon
