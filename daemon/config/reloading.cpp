#include "daemon/config/reloading.h"

#include <fmt/format.h>

#include "daemon/config/reload.h"

namespace chancery::daemon {

Result<void> Reloading::reload(const std::function<void(const Result<void>&)>& record) {
  const std::lock_guard alone(reloading_);
  const Result<void> outcome = load_again();
  {
    const std::lock_guard lock(mutex_);
    trouble_ = outcome.ok() ? "" : outcome.error().message;
  }
  record(outcome);
  return outcome;
}

std::string Reloading::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

Result<void> Reloading::load_again() {
  const std::shared_ptr<const Config> now = config_.get();
  if (now->source.empty()) return {};  // the embedded default has nothing to read
  Config next = TRY(load_(now->source));
  const std::vector<std::string> reasons = find_restart_reasons(*now, next);
  if (!reasons.empty()) {
    return invalid_request("RESTART_NEEDED", fmt::format("only a restart can take over: {}",
                                                         fmt::join(reasons, "; ")));
  }
  config_.replace(std::move(next));
  return {};
}

}  // namespace chancery::daemon
