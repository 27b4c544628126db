#include "daemon/flows/stuck/left_behind.h"

#include "daemon/flows/signing.h"
#include "daemon/note.h"

namespace chancery::daemon {
namespace {

std::size_t statement_bytes(const Parts& parts, const Acceptance& acceptance) {
  if (!acceptance.payload_file) return acceptance.payload.size();
  const Result<std::uint64_t> size = parts.payloads.size(*acceptance.payload_file);
  return size.ok() ? static_cast<std::size_t>(*size) : 0;  // without it, it does not get far
}

}  // namespace

bool LeftBehind::has_room(const Parts& parts) const {
  const auto stuck = parts.stuck.summary();
  return on_their_way_->count < at_once_max_ &&
         on_their_way_->bytes < limits::left_behind_bytes_max &&
         on_their_way_->count + (stuck ? stuck->count : 0) < limits::stuck_requests_max;
}

Result<void> LeftBehind::look(const Parts& parts) {
  last_ = TRY(parts.journal.newest());
  if (TRY(parts.journal.unreleased_after(0, 1)).empty()) return {};
  note(Priority::notice, "finishing what was signed before the stop");
  return go_on(parts);
}

Result<void> LeftBehind::go_on(const Parts& parts) {
  while (taken_up_to_ < last_ && has_room(parts)) {
    const std::vector<RequestId> page =
        TRY(parts.journal.unreleased_after(taken_up_to_, limits::left_behind_page));
    for (const RequestId id : page) {
      if (!has_room(parts)) return {};
      if (id <= last_) take_up(parts, id);
      taken_up_to_ = id;
    }
    if (page.empty()) taken_up_to_ = last_;
  }
  return {};
}

void LeftBehind::take_up(const Parts& parts, RequestId id) {
  Result<std::optional<StoredRequest>> stored = parts.journal.find(id);
  if (!stored.ok()) return parts.stuck.retry_later(id, stored.error(), Deadline::Clock::now());
  if (!*stored) return;
  const std::size_t bytes = statement_bytes(parts, (*stored)->acceptance);
  on_their_way_->count += 1;
  on_their_way_->bytes += bytes;
  Signing::resume(parts, **std::move(stored), [bytes, on = on_their_way_](const Result<void>&) {
    on->count -= 1;
    on->bytes -= bytes;
  });
}

}  // namespace chancery::daemon
