// A signed request out of the journal, made ready to be finished.
#pragma once

#include "core/tlog/entry.h"
#include "daemon/flows/asked.h"
#include "daemon/flows/parts.h"

namespace chancery::daemon {

struct Restored {
  Asked asked;
  SigningKey key;  // for its public key; it need not be able to sign any more (host may be null)
  std::string entry_body;
};

// Errors: corrupt JOURNAL_DAMAGED where the row contradicts itself; those of the payload store.
Result<Restored> restore(const Parts& parts, const StoredRequest& stored);

// Of the same, what a log elsewhere records, and the statement where it wants to see it: without
// the rest, for there may be many.
Result<tlog::HashedRekord> restore_record(const StoredRequest& stored);
Result<std::string> restore_statement(const Parts& parts, const Acceptance& acceptance);

}  // namespace chancery::daemon
