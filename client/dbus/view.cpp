#include "client/dbus/view.h"

#include <fmt/format.h>

#include <algorithm>

#include "client/admin/status_report.h"
#include "core/base/limits/command.h"

namespace chancery::client {

namespace {

constexpr std::string_view unknown = "unknown";

std::string pending_of(const v1::StatusReply& status, std::chrono::sys_seconds now) {
  if (status.overdue() > 0) return "overdue";
  if (status.unfinished().empty()) return "fresh";
  const std::chrono::sys_seconds since{std::chrono::seconds(status.unfinished(0).accepted_at())};
  return now - since > limits::unfinished_old_after ? "old" : "fresh";
}

std::string state_of(const View& view, std::string_view backend) {
  const auto found = std::ranges::find(view.backends, backend, &BackendView::name);
  return found == view.backends.end() ? std::string(unknown) : found->state;
}

void add_change(std::vector<Change>& changes, Change change) {
  if (change.from != change.to) changes.push_back(std::move(change));
}

}  // namespace

View view_of(const Result<v1::StatusReply>& status, std::chrono::sys_seconds now) {
  View view;
  if (!status.ok()) {
    view.absence = status.error();
    view.troubles.push_back(status.error().message);
    return view;
  }
  view.absence.reset();
  view.status = *status;
  view.troubles = troubles_of(*status);
  view.state = view.troubles.empty() ? "up" : "troubled";
  view.pending = pending_of(*status, now);
  for (const v1::BackendStatus& backend : status->backends())
    view.backends.push_back({backend.name(), backend.is_up() ? "up" : "down", backend.trouble()});
  return view;
}

std::int64_t oldest_pending_at(const View& view) {
  return view.status.unfinished().empty() ? 0 : view.status.unfinished(0).accepted_at();
}

std::vector<Change> changes_between(const View& before, const View& after) {
  std::vector<Change> changes;
  add_change(changes, {"daemon", before.state, after.state});
  for (const BackendView& backend : before.backends)
    add_change(changes, {"backend:" + backend.name, backend.state, state_of(after, backend.name)});
  for (const BackendView& backend : after.backends)
    if (state_of(before, backend.name) == unknown)
      add_change(changes, {"backend:" + backend.name, std::string(unknown), backend.state});
  add_change(changes, {"pending", before.pending, after.pending});
  return changes;
}

}  // namespace chancery::client
