#include "daemon/flows/require_rule.h"

#include "core/policy/decide.h"
#include "daemon/flows/origin.h"

namespace chancery::daemon {

Result<void> require_rule(const Parts& parts, const Call& call, std::string_view profile) {
  const std::shared_ptr<const Config> config = parts.config.get();
  const policy::Decision decision = policy::decide_profile(config->rules, call.peer, profile);
  if (decision.allowed) return {};
  Error refusal = denied("NO_RULE", decision.reason);
  parts.refusals.record({.uid = call.peer.uid,
                         .gid = call.peer.gid,
                         .pid = call.peer.pid,
                         .origin = origin_of(call.peer),
                         .method = call.method,
                         .profile = std::string(profile),
                         .policy = config->policy_hash,
                         .reason = refusal.reason,
                         .message = refusal.message,
                         .at = parts.now()},
                        RefusalRecorder::Clock::now(), [](const Result<void>&) {});
  return refusal;
}

}  // namespace chancery::daemon
