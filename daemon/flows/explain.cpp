#include "daemon/flows/explain.h"

#include "daemon/flows/judgement.h"

namespace chancery::daemon {

Explanation explain(const Parts& parts, const policy::Peer& peer, const Asked& asked) {
  const std::shared_ptr<const Config> config = parts.config.get();
  Judgement judgement = judge(parts, *config, peer, asked);
  Explanation explanation{std::move(judgement.decision), std::move(judgement.refusal), {}};
  if (explanation.refusal) return explanation;
  explanation.key = judgement.key->name.text();
  const Result<void> turn =
      parts.throttle.look(explanation.decision, peer.uid, Deadline::Clock::now());
  if (!turn.ok()) explanation.refusal = turn.error();
  return explanation;
}

}  // namespace chancery::daemon
