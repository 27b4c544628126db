#include "daemon/journal/audit_events.h"

#include "core/base/limits/journal.h"
#include "core/base/utf8.h"

namespace chancery::daemon {
namespace {

// Of an acceptance, a refusal or an act.
template <typename Asked>
audit::Who who_of(const Asked& asked) {
  const Origin& origin = asked.origin;
  return {asked.uid,         asked.gid,        asked.pid,        origin.unit,
          origin.invocation, origin.container, origin.executable};
}

}  // namespace

std::string_view cut_message(std::string_view message) {
  return cut_text(message, limits::failure_message_bytes_max);
}

audit::Allowed event_of(const Acceptance& acceptance, std::string_view receipt) {
  return {.who = who_of(acceptance),
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

std::optional<audit::Event> event_of(const RemoteStep& step, std::string_view receipt) {
  if (const auto* stamped = std::get_if<Stamped>(&step.outcome)) {
    return audit::Timestamped{receipt, step.destination, stamped->time};
  }
  if (const auto* recorded = std::get_if<Recorded>(&step.outcome)) {
    return audit::Recorded{.receipt = receipt,
                           .destination = step.destination,
                           .log_id = recorded->log_id,
                           .log_index = recorded->log_index,
                           .leaf = recorded->leaf,
                           .outcome = recorded->outcome,
                           .duplicate = recorded->duplicate};
  }
  return std::nullopt;
}

audit::Trouble event_of(const RemoteTrouble& trouble, std::string_view receipt) {
  return {.kind = trouble.kind,
          .receipt = receipt,
          .destination = trouble.destination,
          .reason = trouble.error.reason,
          .message = cut_message(trouble.error.message)};
}

audit::Refused event_of(const Refusal& refusal) {
  return {.who = who_of(refusal),
          .method = refusal.method,
          .profile = refusal.profile,
          .rule = refusal.rule,
          .policy = refusal.policy,
          .digest = refusal.digest,
          .subjects = refusal.subject_digests,
          .predicate_type = refusal.predicate_type,
          .artifact = refusal.artifact,
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
  return {.who = who_of(act),
          .method = act.method,
          .subject = act.subject,
          .rule = act.rule,
          .policy = act.policy,
          .outcome = act.outcome,
          .message = cut_message(act.message)};
}

}  // namespace chancery::daemon
