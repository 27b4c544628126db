// Taking up a log where it was left: locks, checks of the files against the journal, catching up.
#pragma once

#include <memory>
#include <vector>

#include "core/tlog/edge_tree.h"
#include "daemon/local_log/files.h"
#include "daemon/local_log/projector.h"
#include "daemon/local_log/signed_tree.h"

namespace chancery::daemon {

struct OpenedLog {
  std::vector<std::unique_ptr<FileLock>> locks;
  ProjectedState projected;
  tlog::EdgeTree edge;   // as far as the journal has committed
  SignedTree published;  // the stored checkpoint
};

// Makes the files of a new log, with a signed checkpoint of nothing; else believes nothing: the
// edge tiles must give the root that the journal remembers, and the stored checkpoint must verify
// and lie on the way from there to the journal's newest entry.
// Errors: corrupt LOG_AHEAD_OF_JOURNAL, LOG_BEHIND_JOURNAL, LOG_CONTRADICTS_JOURNAL, LOG_DAMAGED;
// unavailable LOG_LOCKED; unsupported LOG_LAYOUT_UNKNOWN; those of Files, Journal and KeyHost.
Result<OpenedLog> open_log_files(Files& files, Journal& journal, const CheckpointSigner& signer);

}  // namespace chancery::daemon
