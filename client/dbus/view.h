// How the daemon is, as the bus shows it, and what of that has changed. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "chancery/v1/admin.pb.h"
#include "core/base/result.h"

namespace chancery::client {

struct BackendView {
  std::string name;
  std::string state;  // up, down
  std::string trouble;
  bool operator==(const BackendView&) const = default;
};

// Of a daemon that does not answer nothing is known.
struct View {
  // Why it does not answer, if so.
  std::optional<Error> absence =
      unavailable("DAEMON_UNREACHABLE", "the daemon has not been asked yet");
  std::string state = "gone";         // up, troubled, gone
  std::vector<std::string> troubles;  // what needs the operator, one line each
  std::string pending = "unknown";    // fresh, old, overdue
  std::vector<BackendView> backends;
  v1::StatusReply status;  // empty then
};

View view_of(const Result<v1::StatusReply>& status, std::chrono::sys_seconds now);

// When the oldest unfinished request was accepted, in Unix seconds; 0: there is none.
std::int64_t oldest_pending_at(const View& view);

// `name` is "daemon", "pending", or "backend:" and its name.
struct Change {
  std::string name;
  std::string from;
  std::string to;
  bool operator==(const Change&) const = default;
};

std::vector<Change> changes_between(const View& before, const View& after);

}  // namespace chancery::client
