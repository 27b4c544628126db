// The audit as streams of whole lines (core/audit/transcript.h). Each reads on a connection of its
// own, a page at a time.
#pragma once

#include <memory>

#include "core/audit/search.h"
#include "daemon/journal/audit_reader.h"
#include "daemon/server/call.h"

namespace chancery::daemon {

struct AuditRange {
  std::uint64_t first = 0;  // 0: the first that is kept
  std::uint64_t last = 0;   // 0: the newest
};

// The range with its links; where no head covers its last record, the digests up to the next head
// that does. Error: not_found AUDIT_RANGE_UNKNOWN.
Result<std::unique_ptr<OutboundStream>> read_audit_range(std::unique_ptr<AuditReader> reader,
                                                         const std::string& origin,
                                                         AuditRange range);

// The records that the search finds, nothing else.
std::unique_ptr<OutboundStream> find_in_audit(std::unique_ptr<AuditReader> reader,
                                              audit::Search search);

}  // namespace chancery::daemon
