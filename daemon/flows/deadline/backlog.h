// What has left before its logs had it: recorded from the journal, so that hours of it need no
// memory.
//
// A few are carried at once, in the order in which they were accepted; each goes the way of a
// request after a restart. The others lie in the journal until there is room. Once a second it is
// looked for what could not be taken before, and for what has become overdue.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "daemon/flows/parts.h"

namespace chancery::daemon {

// Thread-safe. Works on the spool's thread.
class Backlog {
 public:
  // Once; `parts` outlive it.
  void start(const Parts& parts);
  // Carries nothing more. Before the spool ends.
  void stop();

  // Something has left.
  void wake();
  std::size_t carried() const;

 private:
  void tick();
  void wake_locked();
  void look();
  void report_overdue();
  void take();
  bool has_room() const;
  bool carry(RequestId id);
  Result<std::optional<StoredRequest>> prepare(RequestId id);
  void end(RequestId id, const Result<void>& outcome);
  void drop(RequestId id, const Result<void>& outcome);
  void note_trouble(const Error& error);

  const Parts* parts_ = nullptr;
  mutable std::mutex mutex_;                    // of what follows
  std::map<RequestId, std::uint64_t> carried_;  // with their payloads' bytes
  std::uint64_t carried_bytes_ = 0;
  std::set<RequestId> left_;  // for the next start: nothing in this run can mend them
  bool is_looking_ = false;
  bool looks_again_ = false;
  bool starts_over_ = false;
  bool is_stopped_ = false;
  std::string trouble_;  // the last one told
  // Of whoever looks.
  RequestId looked_up_to_ = 0;
  bool was_overdue_ = false;
};

}  // namespace chancery::daemon
