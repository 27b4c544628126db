// What the journal has confirmed, and whether a journal opened later still knows it.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "daemon/journal/journal.h"

namespace chancery::testing {

struct Fact {
  enum class Kind { accepted, signed_, done, failed, announced, projected, forgotten, sealed };
  Kind kind;
  std::int64_t number = 0;  // request, log index, log size or the audit's
  std::int64_t index = 0;   // signed_: the place in the log
  std::string key = {};     // accepted: the request's; announced: the leaf's hexadecimal

  std::string line() const;  // for a pipe
  static Fact parse(const std::string& line);
};

// Thread-safe.
class JournalFacts {
 public:
  void note(const Fact& fact);
  std::size_t count() const;

  // The first promise that `journal`, opened after a stop, has broken; nothing when it kept all.
  std::optional<std::string> find_broken_promise(daemon::Journal& journal) const;
  // Accepts one more request, as a client would: its receipt must be a new one.
  std::optional<std::string> find_receipt_used_twice(daemon::Journal& journal) const;

 private:
  struct Known {
    std::string key;
    bool is_signed = false, is_done = false, is_failed = false, may_be_forgotten = false;
    std::uint64_t index = 0;
  };
  std::optional<std::string> judge(daemon::Journal& journal, daemon::RequestId id,
                                   const Known& known) const;
  std::optional<std::string> judge_log(daemon::Journal& journal) const;
  std::optional<std::string> judge_audit(daemon::Journal& journal) const;

  mutable std::mutex mutex_;
  std::size_t count_ = 0;
  std::map<daemon::RequestId, Known> requests_;
  std::vector<std::string> leaves_;  // by log index
  std::uint64_t projected_ = 0;
  std::uint64_t sealed_ = 0;
};

// A day in the journal's life, in a few seconds: batches of new, repeated, failed and refused
// requests, projections, forgetting. Calls `note` for each thing confirmed, on any thread.
// `name` keeps the keys of several days apart.
void live_through(daemon::Journal& journal, const std::string& name,
                  const std::function<void(const Fact&)>& note);

// Options for a journal whose announcements are noted too.
daemon::JournalOptions noted_options(const std::filesystem::path& path,
                                     const std::function<void(const Fact&)>& note);

}  // namespace chancery::testing
