// Logs and timestamp authorities elsewhere, in the test's own memory, and a daemon that uses them.
#pragma once

#include <atomic>

#include "tests/end_to_end/configured_daemon.h"
#include "tests/support/services/memory_rekor.h"
#include "tests/support/services/memory_rekor_v1.h"
#include "tests/support/sigstore/memory_tsa.h"
#include "tests/support/sigstore/root_json.h"
#include "tests/support/sigstore/sigstore.h"

namespace chancery::testing {

// A timestamp authority behind HTTP.
struct StampServer {
  MemoryTsa tsa;
  std::atomic<bool> is_ill = false;
  ScriptedServer server{[this](const SeenRequest& request) {
    if (is_ill) return Reply::answer(500, "");
    const auto now = std::chrono::floor<WallTime::duration>(std::chrono::system_clock::now());
    return Reply::answer(201, as_text(tsa.answer(as_bytes(request.body), now)));
  }};

  explicit StampServer(const std::string& uri) : tsa(uri) {}
};

// The logs "memory" and "other" are of Rekor v2, "old" is of v1. Faults are of "memory", ordered
// before they happen, from any thread.
struct Elsewhere {
  enum class Fault { none, away, stands_still, lost, stalled, refused, not_ours };

  std::atomic<Fault> fault = Fault::none;
  std::atomic<unsigned> faults_left = 1000;
  MemoryRekor rekor;
  StampServer first{"https://tsa-1.example.test"};
  StampServer second{"https://tsa-2.example.test"};
  ScriptedServer log_server{[this](const SeenRequest& request) { return rekor(request); }};
  MemoryRekor other{"other.example.test"};
  ScriptedServer other_server{[this](const SeenRequest& request) { return other(request); }};
  MemoryRekorV1 old{"old.example.test"};
  ScriptedServer old_server{[this](const SeenRequest& request) { return old(request); }};
  TemporaryDirectory directory;

  Elsewhere();
  // The sections for ConfiguredDaemon; `options` are of the profile "remote", and so are its logs.
  std::string sections(std::string_view options = R"(timestamps = ["first"])",
                       std::string_view logs = R"("memory")") const;
  bundle::TrustedRoot root() const;
  std::vector<tlog::Hash> leaves() const;
  std::vector<tlog::Hash> other_leaves() const;
  std::vector<tlog::Hash> old_leaves() const;
  void order(Fault next, unsigned times = 1000) {
    faults_left = times;
    fault = next;
  }

 private:
  bool is_due(Fault expected);
};

// For the profile "remote": it leaves when it is stamped.
inline constexpr std::string_view by_deadline =
    "record = \"by-deadline\"\nrecord_hours = 1\ntimestamps = [\"first\"]";

v1::StatusReply status_of(ConfiguredDaemon& daemon);
// Of the profile "remote", over the key's own text.
v1::SignRequest request_for(std::string_view key);
Result<v1::SignReply> sign(ConfiguredDaemon& daemon, std::string_view key);
// With a deadline that passes before a log or an authority that is away answers: it leaves with a
// receipt.
Result<v1::SignReply> sign_impatiently(ConfiguredDaemon& daemon, std::string_view key);
// By a connection of its own, for one of many clients at once. The answer as it came.
Result<std::string> sign_alone(const ConfiguredDaemon& daemon, std::string_view key);
// By receipt, until it is done: as `chancery wait` does.
v1::SignReply wait_for(ConfiguredDaemon& daemon, const std::string& receipt);
void expect_verified(const Elsewhere& elsewhere, const v1::SignReply& reply,
                     std::string_view content, unsigned timestamps);
// Every leaf once: nothing is recorded twice.
std::size_t distinct_leaves(const Elsewhere& elsewhere);

}  // namespace chancery::testing
