// What administrators have decided about keys and profiles: in memory for every request, in the
// journal for ever.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "daemon/config/key_name.h"
#include "daemon/journal/journal.h"

namespace chancery::daemon {

std::string subject_of(const KeyName& key);                // "key:software:release"
std::string subject_of_profile(std::string_view profile);  // "profile:release"

// Thread-safe.
class Standing {
 public:
  static Result<std::unique_ptr<Standing>> load(Journal& journal);

  // Errors: denied PROFILE_STOPPED, KEY_STOPPED.
  Result<void> check_profile(std::string_view profile) const;
  Result<void> check_key(const KeyName& key) const;
  // PEM, the key's own first; empty where none was imported.
  std::string certificates_of(const KeyName& key) const;

  // All of them, by subject.
  std::map<std::string, std::string> certificates() const;

  // Into the journal, and from then on it holds: whoever asks after this returns is judged by it.
  // A stop holds at once, whatever comes of the journal. Errors: those of Journal::record_act; of a
  // stop outcome_unknown STOP_NOT_DURABLE alone.
  Result<void> record(const Act& act);

 private:
  Standing(Journal& journal, Standings standings)
      : journal_(journal), standings_(std::move(standings)) {}

  void take(const Effect& effect);

  Journal& journal_;
  std::mutex recording_;  // memory changes in the order of the journal
  mutable std::mutex mutex_;
  Standings standings_;
};

}  // namespace chancery::daemon
