// Finding an entry in a log's own files: Rekor v2 cannot be asked by hash, and answers a duplicate
// with nothing but its index.
#pragma once

#include <optional>

#include "core/bundle/trusted_root.h"
#include "core/services/proposal.h"
#include "core/tlog/log_files.h"

namespace chancery::services {

// A log's newest checkpoint, and whose it is. Borrows from the logs given.
struct LogHead {
  const bundle::TrustedLog* log;
  std::string note;
  tlog::Checkpoint checkpoint;
};

// The signed note is of one of the logs. Errors: corrupt LOG_CHECKPOINT_REFUSED; those of LogFiles.
Result<LogHead> read_head(const tlog::LogFiles& files, const std::vector<bundle::TrustedLog>& logs);

struct LogSearch {
  std::optional<bundle::LogEntry> entry;
  std::uint64_t searched_to = 0;  // every leaf below was looked at
  bool is_whole = false;          // nothing is left to be searched in today's tree
};

// The first entry that is the proposed one, among the leaves from `from` on, with its proof in
// today's tree; looks at no more than limits::log_search_tiles_max tiles. Errors: those of
// read_head, read_tile; unavailable LOG_NOT_YET_PUBLISHED (the tree does not reach `from`: its
// files lag behind, or it is not the log it was).
Result<LogSearch> search_log(const tlog::LogFiles& files,
                             const std::vector<bundle::TrustedLog>& logs, const Proposal& proposal,
                             std::uint64_t from);

// The entry at `index`, which must be the proposed one. Errors: those above; corrupt
// LOG_CONFLICT_NOT_OURS (it is another one), unavailable LOG_NOT_YET_PUBLISHED (the tree does not
// reach so far yet).
Result<bundle::LogEntry> read_entry_at(const tlog::LogFiles& files,
                                       const std::vector<bundle::TrustedLog>& logs,
                                       const Proposal& proposal, std::uint64_t index);

}  // namespace chancery::services
