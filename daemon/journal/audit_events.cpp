#include "daemon/journal/audit_events.h"

#include "core/base/limits/journal.h"
#include "core/base/utf8.h"

namespace chancery::daemon {

std::string_view cut_message(std::string_view message) {
  return cut_text(message, limits::failure_message_bytes_max);
}

audit::Allowed event_of(const Acceptance& acceptance, std::string_view receipt) {
  return {.who = {acceptance.uid, acceptance.gid, acceptance.pid},
          .method = acceptance.kind == RequestKind::digest ? "Signer.Sign" : "Signer.SignStatement",
          .profile = acceptance.profile,
          .rule = acceptance.rule,
          .policy = acceptance.policy,
          .backend = acceptance.backend,
          .key = acceptance.key_name,
          .algorithm = acceptance.algorithm,
          .digest = acceptance.digest,
          .subjects = acceptance.subject_digests,
          .predicate_type = acceptance.predicate_type,
          .artifact = acceptance.artifact,
          .receipt = receipt};
}

audit::Refused event_of(const Refusal& refusal) {
  return {.who = {refusal.uid, refusal.gid, refusal.pid},
          .method = refusal.method,
          .profile = refusal.profile,
          .rule = refusal.rule,
          .policy = refusal.policy,
          .reason = refusal.reason,
          .message = cut_message(refusal.message)};
}

audit::RefusedMany event_of(const CountedRefusals& refusals) {
  return {.uid = refusals.uid,
          .count = refusals.count,
          .from = refusals.from,
          .to = refusals.to,
          .reasons = refusals.reasons};
}

audit::Act event_of(const Act& act) {
  return {.who = {act.uid, act.gid, act.pid},
          .method = act.method,
          .subject = act.subject,
          .outcome = act.outcome,
          .message = cut_message(act.message)};
}

}  // namespace chancery::daemon
