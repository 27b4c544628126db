// A transparency log elsewhere, as the finisher uses it: add, and look before adding again.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/base/deadline.h"
#include "core/services/log_answer.h"
#include "core/services/log_search.h"

namespace chancery::remote {

// What came of one attempt to add an entry. Without one the error's code says what to do:
// unavailable and exhausted: try again; outcome_unknown, corrupt: it may be there, so look, then
// try again; corrupt is an alarm, and so are invalid_request and unsupported (the log refuses it).
struct LogAdded {
  Result<bundle::LogEntry> entry;
  std::optional<std::chrono::seconds> retry_after;
};

// Thread-safe. Callbacks run once, on a thread of remote/http (or at once on the caller's), and
// must not wait.
class TransparencyLog {
 public:
  virtual ~TransparencyLog() = default;

  // Error: invalid_request ENTRY_TOO_LARGE. The envelope is that of a statement, or nullptr.
  virtual Result<services::Proposal> propose(const tlog::HashedRekord& record,
                                             const bundle::DsseEnvelope* envelope) const = 0;

  // From where to look, should an add that begins after this answer be in doubt. Errors:
  // unavailable LOG_READ_FAILED; corrupt LOG_CHECKPOINT_REFUSED.
  virtual void note_size(Deadline deadline, std::function<void(Result<std::uint64_t>)> done) = 0;

  // The entry, verified: ours byte for byte, proven, signed for. A log that has it already is asked
  // for its entry, which is verified likewise. Never cut short by anything but the deadline. Errors
  // besides those of HttpClient: unavailable LOG_ADDS_TOO_FAST; outcome_unknown LOG_FAILED,
  // LOG_ANSWER_UNREADABLE, LOG_CONFLICT_UNREAD; corrupt LOG_ANSWER_NOT_OURS, LOG_ANSWER_NOT_PROVEN,
  // LOG_TIME_IMPLAUSIBLE, LOG_CONFLICT_NOT_OURS; invalid_request LOG_REFUSED; unsupported
  // LOG_FROZEN.
  virtual void add(services::Proposal proposal, Deadline deadline,
                   std::function<void(LogAdded)> done) = 0;

  // Whether the entry is there, among those from `from` on. Errors: as of note_size; unavailable
  // LOG_NOT_YET_PUBLISHED (its files have not so many), those of add's answers.
  virtual void find(services::Proposal proposal, std::uint64_t from, Deadline deadline,
                    std::function<void(Result<services::LogSearch>)> done) = 0;
};

}  // namespace chancery::remote
