#include "daemon/progress.h"

namespace chancery::daemon {

void watch_progress(Watchdog& watchdog, const Workers& workers) {
  // To refuse is progress: a journal that is damaged or has no room is the same after a restart.
  watchdog.watch("the journal's writer", [&journal = workers.journal] {
    const JournalCounts counts = journal.counts();
    return Progress{counts.answered, counts.waiting};
  });
  for (const KeyRing::NamedHost& named : workers.keys.hosts()) {
    watchdog.watch("backend " + named.backend, [host = named.host] {
      const KeyHostState state = host->state();
      // To refuse is progress, and to be started anew. What opens has a time of its own, in which a
      // device may make a key.
      return Progress{state.answers + state.probes + state.starts, state.is_up ? state.waiting : 0};
    });
  }
  if (workers.finisher != nullptr) {
    watchdog.watch("the finisher", [finisher = workers.finisher] {
      const FinisherCounts counts = finisher->counts();
      return Progress{counts.steps, counts.due};
    });
  }
  // A disk that is full, or a key host that is down, is no reason to be started anew.
  watchdog.watch("the log", [&log = workers.log] { return Progress{log.tries(), log.waiting()}; });
}

}  // namespace chancery::daemon
