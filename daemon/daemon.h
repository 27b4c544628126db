// The daemon as a whole: every part in the order in which they need each other.
#pragma once

#include <systemd/sd-event.h>

#include <atomic>
#include <memory>
#include <mutex>

#include "daemon/alarms/disk_watch.h"
#include "daemon/audit/clerk.h"
#include "daemon/flows/archive/retention.h"
#include "daemon/flows/deadline/backlog.h"
#include "daemon/flows/keys/key_life.h"
#include "daemon/flows/parts.h"
#include "daemon/flows/reply.h"
#include "daemon/flows/stuck/left_behind.h"
#include "daemon/journal/state_directory.h"
#include "daemon/key_troubles.h"
#include "daemon/seams.h"
#include "daemon/server/listen.h"
#include "daemon/server/server.h"
#include "daemon/services/administration.h"
#include "daemon/services/byte_budget.h"
#include "daemon/watchdog.h"

namespace chancery::daemon {

// Lives on the main thread. The destructor ends the parts in an order of its own.
class Daemon {
 public:
  // Everything up to answering requests. Any failure is fatal at start, but for a device that is
  // away: its profiles answer `unavailable` until it comes.
  // `to_make_anew` are keys that were in use here and that are made where they are lost, or taken
  // where other ones lie in their place.
  static Result<std::unique_ptr<Daemon>> start(Config config, std::vector<KeyName> to_make_anew,
                                               sd_event* event);
  ~Daemon();

  // `who` asked for it, as far as a signal says.
  void reload(const policy::Peer& who);
  // Takes nothing new and lets what was accepted finish.
  void drain();
  bool has_work() const;  // something was accepted and is not finished
  bool is_drained() const;
  // Drops from archive and audit what is older than the configuration keeps.
  void forget_old();
  // Where the configuration names a file for them.
  void write_metrics();
  // What was signed and could not be finished.
  void retry_stuck();
  void look_at_disks() { disk_watch_.look(); }
  // Whether somebody has mended what was damaged.
  void look_at_damage();
  // Names a worker that has stopped making progress; empty when all is well.
  std::string find_hanging_worker() { return watchdog_.find_hanging_worker(); }

 private:
  Daemon(Config config, std::vector<KeyName> to_make_anew);

  Result<void> open_state();
  void tell_damage(const Error& damage);
  Result<void> start_key_hosts();
  Result<void> fits_keys(const Config& config);
  Result<void> remember_keys(const Config& config);
  void take_late_keys();
  Result<Config> load(const std::filesystem::path& path);
  Result<void> open_log();
  Result<void> open_audit();
  Result<void> start_finisher();
  Result<void> start_server(sd_event* event);
  Result<void> finish_what_was_signed();
  void note_start();

  const Seams seams_;
  CurrentConfig config_;
  const std::vector<KeyName> to_make_anew_;
  WallTime started_at_;
  Alarms alarms_;
  DiskWatch disk_watch_{alarms_};
  std::optional<StateDirectory> state_;
  KeyRing keys_;
  std::mutex late_keys_mutex_;
  bool takes_late_keys_ = false;  // from the start's own look at the keys to the end
  std::mutex remembering_;
  KeyTroubles key_troubles_;
  std::atomic<LocalLog*> append_to_ = nullptr;  // the journal's way to the log, which needs it
  InFlight in_flight_;                          // the journal asks how many there are
  StuckRequests stuck_;
  LeftBehind left_behind_{seams_.left_behind_at_once_max};
  DueReceipts due_receipts_{[this](RequestId id) { return reply_as_it_stands(*parts_, id); }};
  Timings timings_;
  DamagedArchive damaged_archive_{alarms_};
  Retention retention_;
  bool is_draining_ = false;
  std::atomic<std::size_t> retrying_ = 0;
  std::atomic<bool> is_looking_at_damage_ = false;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Standing> standing_;
  std::unique_ptr<PayloadStore> payloads_;
  std::unique_ptr<LocalLog> log_;
  std::unique_ptr<RefusalRecorder> refusals_;
  std::unique_ptr<Clerk> clerk_;
  std::unique_ptr<OwnVerifier> own_verifier_;
  std::unique_ptr<Finisher> finisher_;
  std::unique_ptr<OwnVerifier> elsewhere_verifier_;
  std::unique_ptr<Backlog> backlog_;
  WallTime log_start_{};
  Throttle throttle_;
  ByteBudget statements_;
  std::unique_ptr<Pool> pool_;
  std::unique_ptr<Pool> spool_;
  std::unique_ptr<Pool> chores_;  // its own, which wait for no device
  std::unique_ptr<Pool> background_;
  std::unique_ptr<Pool> inquiries_;
  std::unique_ptr<Pool> orders_;
  std::unique_ptr<Parts> parts_;
  std::unique_ptr<KeyLife> key_life_;
  std::unique_ptr<Administration> administration_;
  std::optional<Listening> listening_;
  std::unique_ptr<Server> server_;
  Watchdog watchdog_;
};

}  // namespace chancery::daemon
