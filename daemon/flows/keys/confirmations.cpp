#include "daemon/flows/keys/confirmations.h"

#include <sys/random.h>

#include <algorithm>
#include <array>

#include "core/base/encoding.h"
#include "core/base/limits/administration.h"

namespace chancery::daemon {
namespace {

std::string new_token() {
  std::array<std::uint8_t, 16> random{};
  // So few bytes come whole and at once (getrandom(2)).
  CHANCERY_ASSERT(getrandom(random.data(), random.size(), 0) ==
                  static_cast<ssize_t>(random.size()));
  return hex_encode(random);
}

}  // namespace

std::string Confirmations::ask(Confirmable what, Time now) {
  const std::lock_guard lock(mutex_);
  if (asked_.size() >= limits::confirmations_max) {
    asked_.erase(
        std::ranges::min_element(asked_, {}, [](const auto& entry) { return entry.second.until; }));
  }
  std::string token = new_token();
  asked_.emplace(token, Asked{std::move(what), now + limits::confirmation_life});
  return token;
}

Result<void> Confirmations::confirm(const std::string& token, const Confirmable& what, Time now) {
  const std::lock_guard lock(mutex_);
  const auto found = asked_.find(token);
  if (found == asked_.end() || found->second.what != what) {
    return invalid_request("CONFIRMATION_UNKNOWN",
                           "this confirmation was not given to you for this key, or it was used");
  }
  const bool is_late = found->second.until < now;
  asked_.erase(found);
  if (!is_late) return {};
  return invalid_request("CONFIRMATION_EXPIRED", "the confirmation came too late: ask again");
}

}  // namespace chancery::daemon
