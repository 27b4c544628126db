#include "daemon/flows/judgement.h"

#include <fmt/format.h>

#include "core/policy/decide.h"
#include "daemon/flows/deadline/backlog.h"
#include "daemon/flows/origin.h"
#include "daemon/flows/profile.h"

namespace chancery::daemon {
namespace {

policy::Wanted wanted_by(const Asked& asked, WallTime now) {
  return {asked.profile,
          asked.kind == RequestKind::digest ? policy::Kind::digest : policy::Kind::statement,
          asked.predicate_type, asked.subject_names, now};
}

// What leaves before its logs have it, leaves on their promise: not where they have broken it.
Result<void> check_recorded(const Parts& parts, const ProfileSection& profile) {
  if (!profile.record_within) return {};
  TRY(parts.backlog->overdue().check());
  if (!TRY(parts.journal.has_overdue(profile.name))) return {};
  return unavailable(
      "RECORDING_OVERDUE",
      fmt::format(
          "signatures of profile \"{}\" are overdue: its logs have not recorded them within "
          "{} hours; until they have, nothing new is signed",
          profile.name, profile.record_within->count()));
}

Result<void> decide(const Parts& parts, const Config& config, const policy::Peer& peer,
                    const Asked& asked, Judgement& judgement) {
  const ProfileSection* profile = find_profile(config, asked.profile);
  if (profile == nullptr) return unknown_profile(asked.profile);
  judgement.decision = policy::decide(config.rules, peer, wanted_by(asked, parts.now()));
  if (!judgement.decision.allowed) return denied("NO_RULE", judgement.decision.reason);
  TRY(parts.standing.check_profile(profile->name));
  TRY(parts.log.ready());
  TRY(may_sign_kind(*profile, asked.kind));
  judgement.key = TRY(find_newest_key(parts.keys, parts.standing, *profile));
  judgement.plan = {profile->logs, profile->authorities, profile->timestamps_required};
  if (judgement.plan.empty()) return {};
  TRY(check_recorded(parts, *profile));
  const Share share = profile->record_within ? Share::timestamps : Share::everything;
  return parts.finisher->may_take(judgement.plan, share, asked.statement.size());
}

}  // namespace

Judgement judge(const Parts& parts, const Config& config, const policy::Peer& peer,
                const Asked& asked) {
  Judgement judgement;
  const Result<void> decided = decide(parts, config, peer, asked, judgement);
  if (!decided.ok()) judgement.refusal = decided.error();
  return judgement;
}

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
                         .rule = decision.rule,
                         .policy = config->policy_hash,
                         .reason = refusal.reason,
                         .message = refusal.message,
                         .at = parts.now()},
                        RefusalRecorder::Clock::now(), [](const Result<void>&) {});
  return refusal;
}

}  // namespace chancery::daemon
