#include "daemon/journal/records.h"

#include <algorithm>

namespace chancery::daemon {

std::string_view name_of(RequestState state) {
  switch (state) {
    case RequestState::accepted:
      return "accepted";
    case RequestState::signed_:
      return "signed";
    case RequestState::timestamped:
      return "timestamped";
    case RequestState::logged:
      return "logged";
    case RequestState::published:
      return "published";
    case RequestState::done:
      return "done";
    case RequestState::failed:
      return "failed";
    case RequestState::overdue:
      return "overdue";
  }
  return "unknown";
}

bool has_answered(const std::vector<RemoteStep>& steps, std::string_view destination) {
  return std::ranges::any_of(steps, [destination](const RemoteStep& step) {
    return step.destination == destination && !step.answer.empty();
  });
}

Result<bool> answers(const StoredRequest& earlier, const Sha256& request_hash, WallTime now) {
  if (earlier.acceptance.expires_at <= now) return false;
  if (earlier.acceptance.request_hash != request_hash) {
    return invalid_request("IDEMPOTENCY_KEY_REUSED",
                           "This idempotency key belongs to another request of this user and "
                           "profile; use a new key for each request");
  }
  return earlier.state != RequestState::failed;
}

}  // namespace chancery::daemon
