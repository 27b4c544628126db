#include "daemon/journal/records.h"

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

}  // namespace chancery::daemon
