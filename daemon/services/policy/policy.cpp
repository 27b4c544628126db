#include "daemon/services/policy/policy.h"

#include <fmt/format.h>

#include "chancery/v1/policy.pb.h"
#include "core/policy/decide.h"
#include "daemon/config/accounts.h"
#include "daemon/config/rules/rules.h"
#include "daemon/config/rules/run_tests.h"
#include "daemon/flows/explain.h"
#include "daemon/flows/origin.h"
#include "daemon/services/message.h"
#include "wire/service_names.h"

namespace chancery::daemon {
namespace {

// A refusal is on record: the rules say who may do what to whoever looks for a way in.
Result<void> may_ask_for_others(const Parts& parts, const Call& call) {
  const std::shared_ptr<const Config> config = parts.config.get();
  const policy::Decision decision = policy::decide_admin(config->rules, call.peer, call.method);
  if (decision.allowed) return {};
  Error refusal = denied("NO_ADMIN_RULE",
                         fmt::format("{} for somebody else: {}", call.method, decision.reason));
  const Grant nearest{decision.rule, config->policy_hash};
  parts.refusals.record(act_of(call.peer, nearest, call.method, parts.now()), refusal);
  return refusal;
}

// Who is asked for: somebody else, somewhere else, or the caller.
Result<policy::Peer> subject_of(const Parts& parts, const Call& call,
                                const v1::ExplainRequest& request) {
  if (request.user().empty() && request.unit().empty()) return call.peer;
  TRY(may_ask_for_others(parts, call));
  policy::Peer peer = call.peer;
  if (!request.user().empty()) {
    std::optional<Account> account = find_account(request.user());
    if (!account) return not_found("USER_UNKNOWN", "this host has no such user");
    peer = {.uid = account->uid, .gid = account->gid, .groups = std::move(account->groups)};
  }
  peer.unit = request.unit();
  peer.is_pid_certain = true;
  return peer;
}

Result<Asked> asked_in(const v1::ExplainRequest& request) {
  TRY(check_profile_name(request.profile()));
  Asked asked;
  asked.profile = request.profile().empty() ? default_profile : request.profile();
  asked.kind = request.predicate_type().empty() ? RequestKind::digest : RequestKind::statement;
  asked.predicate_type = request.predicate_type();
  asked.subject_names = {request.artifacts().begin(), request.artifacts().end()};
  return asked;
}

Result<std::string> explain(const Parts& parts, const Call& call) {
  const auto request = TRY(read_message<v1::ExplainRequest>(call.payload));
  const Asked asked = TRY(asked_in(request));
  const policy::Peer peer = TRY(subject_of(parts, call, request));
  const Explanation explanation = explain(parts, peer, asked);
  v1::ExplainReply reply;
  reply.set_is_allowed(!explanation.refusal);
  reply.set_rule(explanation.decision.rule);
  reply.set_explanation(explanation.decision.reason);
  reply.set_key(explanation.key);
  if (const std::optional<Error>& refusal = explanation.refusal) {
    reply.set_explanation(refusal->message);
    reply.set_reason(refusal->reason);
    reply.set_may_try_again(refusal->code == ErrorCode::unavailable ||
                            refusal->code == ErrorCode::exhausted);
  }
  return reply.SerializeAsString();
}

void add_outcomes(const Config& config, v1::TestReply& reply) {
  for (const RuleTestOutcome& outcome : run_rule_tests(config)) {
    v1::TestOutcome& added = *reply.add_tests();
    added.set_name(outcome.test->name);
    added.set_has_passed(outcome.passed);
    added.set_message(outcome.message);
  }
}

// Other rules for the profiles that there are.
v1::TestReply test_rules(const Config& running, std::string_view text) {
  Config config = running;
  config.rules.rules.clear();
  config.rule_tests.clear();
  config.rules_file.clear();
  ProblemList problems;
  parse_rules(text, this_host(), config, problems);
  v1::TestReply reply;
  for (const ConfigProblem& problem : problems.problems) {
    v1::RulesProblem& added = *reply.add_problems();
    added.set_line(problem.line);
    added.set_message(problem.message);
  }
  if (problems.problems.empty()) add_outcomes(config, reply);
  return reply;
}

Result<std::string> test(const Parts& parts, const LoadConfig& load, const Call& call) {
  const auto request = TRY(read_message<v1::TestRequest>(call.payload));
  const std::shared_ptr<const Config> running = parts.config.get();
  if (request.has_rules()) {
    return test_rules(*running, request.rules()).SerializeAsString();
  }
  v1::TestReply reply;
  if (!running->source.empty()) add_outcomes(TRY(load(running->source)), reply);
  return reply.SerializeAsString();
}

}  // namespace

std::vector<Method> policy_methods(const Parts& parts, Pool& inquiries, LoadConfig load) {
  return {
      {wire::services::policy, "Explain", Permission::anyone,
       [&parts, &inquiries](const Call& call) {
         inquiries.post([&parts, call] { call.responder->answer(explain(parts, call)); });
       },
       nullptr, nullptr},
      {wire::services::policy, "Test", Permission::admin,
       [&parts, &inquiries, load = std::move(load)](const Call& call) {
         inquiries.post([&parts, load, call] { call.responder->answer(test(parts, load, call)); });
       },
       nullptr, nullptr},
  };
}

}  // namespace chancery::daemon
