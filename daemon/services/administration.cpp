#include "daemon/services/administration.h"

#include <fmt/format.h>

#include <algorithm>

#include "chancery/v1/admin.pb.h"
#include "core/base/utf8.h"
#include "daemon/flows/origin.h"
#include "daemon/flows/stuck/retry.h"
#include "daemon/metrics/metrics.h"
#include "daemon/note.h"
#include "daemon/services/back_up.h"
#include "daemon/services/message.h"
#include "daemon/version.h"
#include "wire/service_names.h"

namespace chancery::daemon {
namespace {

constexpr std::size_t unfinished_shown_max = 100;

v1::BackendStatus describe(const KeyRing::NamedHost& named, const Config& config) {
  const KeyHostState state = named.host->state();
  v1::BackendStatus out;
  out.set_name(named.backend);
  for (const BackendSection& section : config.backends) {
    if (section.config.name == named.backend) out.set_type(section.type);
  }
  out.set_is_up(state.is_up);
  out.set_is_away(state.is_up && state.is_away);
  out.set_trouble(state.is_up ? state.refusal : state.trouble);
  out.set_waiting(state.waiting);
  out.set_starts(state.starts);
  out.set_signatures(state.signatures);
  out.set_memory_locked(state.memory_locked);
  for (const UnusableKey& key : named.host->unusable_keys()) {
    v1::UnusableKey& added = *out.add_unusable_keys();
    added.set_name(key.name);
    added.set_trouble(key.why.message);
    added.set_is_in_use(uses_key(config, {named.backend, key.name}));
  }
  return out;
}

v1::UnfinishedRequest describe(const Parts& parts, const StoredRequest& stored) {
  v1::UnfinishedRequest out;
  out.set_receipt(parts.journal.receipts().receipt_for(stored.id));
  out.set_state(std::string(name_of(stored.state)));
  out.set_profile(stored.acceptance.profile);
  out.set_uid(stored.acceptance.uid);
  out.set_accepted_at(unix_seconds(stored.acceptance.accepted_at));
  const Result<std::optional<Error>> known = trouble_of(parts, stored);
  if (const auto trouble = known.ok() ? *known : std::optional(known.error())) {
    out.set_trouble_reason(trouble->reason);
    out.set_trouble(trouble->message);
  }
  return out;
}

Result<void> add_released(const Parts& parts, v1::StatusReply& reply) {
  const Released released = TRY(parts.journal.count_released());
  reply.set_unrecorded(released.unrecorded);
  reply.set_overdue(released.overdue);
  for (const auto& [destination, count] : released.awaited) {
    if (count == 0) continue;
    v1::AwaitedLog& awaited = *reply.add_awaited();
    awaited.set_log(log_named(destination));
    awaited.set_signatures(count);
  }
  return {};
}

Result<void> add_unfinished(const Parts& parts, v1::StatusReply& reply) {
  for (const StoredRequest& stored : TRY(parts.journal.unfinished(unfinished_shown_max))) {
    *reply.add_unfinished() = describe(parts, stored);
  }
  return {};
}

// Once the log is handed over, this daemon finishes nothing more, and it does not start again.
Result<void> check_all_finished(const Parts& parts) {
  const std::vector<StoredRequest> here = TRY(parts.journal.unreleased(unfinished_shown_max));
  // What is accepted only is refused: the log is closed to it.
  const auto stuck = std::ranges::count_if(
      here, [](const StoredRequest& stored) { return stored.state != RequestState::accepted; });
  const std::size_t unrecorded = TRY(parts.journal.count_released()).unrecorded;
  if (stuck == 0 && unrecorded == 0) return {};
  return unavailable(
      "LOG_BUSY",
      fmt::format("signed and not finished: {}{}, and {} that have left and wait for their logs "
                  "elsewhere; nobody would finish them after the hand-over. `chancery status` says "
                  "what keeps them: mend that, and hand over when they are done",
                  stuck, here.size() < unfinished_shown_max ? "" : " or more", unrecorded));
}

void add_alarm(const Alarm& alarm, v1::StatusReply& reply) {
  v1::Alarm& added = *reply.add_alarms();
  added.set_name(alarm.name);
  added.set_since(unix_seconds(alarm.since));
  added.set_reason(alarm.reason);
  added.set_what(alarm.what);
  added.set_remedy(alarm.remedy);
}

// A journal that cannot be read is no reason to say nothing of the rest.
void add_unread(const Result<void>& read, WallTime now, v1::StatusReply& reply) {
  if (read.ok()) return;
  const bool is_told = std::ranges::any_of(reply.alarms(), [&](const v1::Alarm& alarm) {
    return alarm.reason() == read.error().reason;
  });
  if (is_told) return;
  add_alarm({std::string(alarm_names::journal_damage), now, read.error().reason,
             "what is unfinished cannot be read: " + read.error().message,
             "The reason is in docs/errors.md; what is signed is not lost by it."},
            reply);
}

}  // namespace

Administration::Administration(const Parts& parts, WallTime started_at, LoadConfig load)
    : parts_(parts), started_at_(started_at), reloading_(parts.config, std::move(load)) {}

std::vector<Method> Administration::methods(const std::function<ServerCounts()>& counts,
                                            Pool& background) {
  return {
      {wire::services::admin, "Status", Permission::anyone,
       [this, counts](const Call& call) { call.responder->answer(status(counts())); }, nullptr,
       nullptr},
      {wire::services::admin, "Metrics", Permission::anyone,
       [this, counts](const Call& call) { call.responder->answer(metrics(counts)); }, nullptr,
       nullptr},
      {wire::services::admin, "Reload", Permission::admin,
       [this](const Call& call) {
         const Result<void> reloaded = reload(call.peer, call.grant);
         if (!reloaded.ok()) return call.responder->answer(reloaded.error());
         v1::ReloadReply reply;
         reply.set_configuration(parts_.config.get()->source.string());
         call.responder->answer(reply.SerializeAsString());
       },
       nullptr, nullptr},
      {wire::services::admin, "HandOverLog", Permission::admin,
       [this, &background](const Call& call) {
         background.post([this, call] { call.responder->answer(hand_over_log(call)); });
       },
       nullptr, nullptr},
      {wire::services::admin, "BackUp", Permission::admin,
       [this, &background](const Call& call) {
         background.post([this, call] { call.responder->answer(back_up(call)); });
       },
       nullptr, nullptr},
  };
}

Result<std::string> Administration::status(const ServerCounts& counts) {
  const std::shared_ptr<const Config> config = parts_.config.get();
  v1::StatusReply reply;
  reply.set_version(std::string(version));
  reply.set_started_at(unix_seconds(started_at_));
  reply.set_configuration(config->source.empty() ? "embedded default" : config->source.string());
  reply.set_configuration_error(reloading_.trouble());
  reply.set_state_directory(config->state_directory.string());
  reply.set_log_origin(parts_.log.key().name());
  reply.set_log_size(parts_.log.size());
  reply.set_published_size(parts_.log.published_size());
  if (const Result<void> ready = parts_.log.ready(); !ready.ok()) {
    reply.set_log_handed_over(ready.error().reason == "LOG_HANDED_OVER");
    reply.set_log_trouble(ready.error().message);
  }
  for (const KeyRing::NamedHost& named : parts_.keys.hosts()) {
    *reply.add_backends() = describe(named, *config);
  }
  const JournalCounts journal = parts_.journal.counts();
  reply.set_accepted(journal.accepted);
  reply.set_done(journal.done);
  reply.set_failed(journal.failed);
  // Whoever looks is no part of the picture.
  reply.set_connections(counts.connections - std::min<std::size_t>(counts.connections, 1));
  reply.set_requests_in_flight(counts.requests_in_flight -
                               std::min<std::size_t>(counts.requests_in_flight, 1));
  const Result<void> released = add_released(parts_, reply);
  const Result<void> unfinished = add_unfinished(parts_, reply);
  for (const Alarm& alarm : parts_.alarms.standing()) add_alarm(alarm, reply);
  for (const Result<void>& read : {released, unfinished}) add_unread(read, parts_.now(), reply);
  return reply.SerializeAsString();
}

Result<std::string> Administration::metrics(const std::function<ServerCounts()>& counts) {
  v1::MetricsReply reply;
  reply.set_text(TRY(describe_metrics({parts_, started_at_, counts})));
  return reply.SerializeAsString();
}

Result<void> Administration::reload(const policy::Peer& who, const Grant& grant) {
  return reloading_.reload([&](const Result<void>& outcome) {
    Act act = act_of(who, grant, "Admin.Reload", parts_.now());
    if (outcome.ok()) act.subject = "policy:" + parts_.config.get()->policy_hash;
    record_end(std::move(act), outcome);
  });
}

// Lets what is being signed finish, and takes nothing new.
Result<void> Administration::close_log(Deadline deadline) {
  if (!parts_.in_flight.close(deadline)) {
    return unavailable("LOG_BUSY",
                       "requests are still being signed: try again with a later deadline");
  }
  Result<void> handed = check_all_finished(parts_);
  if (handed.ok()) handed = parts_.log.hand_over(deadline);
  if (!handed.ok()) parts_.in_flight.open_again();
  return handed;
}

Result<std::string> Administration::hand_over_log(const Call& call) {
  Act act = act_of(call.peer, call.grant, call.method, parts_.now());
  act.outcome = "begun";
  TRY(parts_.journal.record_act(act));
  const Result<void> handed = close_log(call.deadline);
  record_end(act_of(call.peer, call.grant, call.method, parts_.now()), handed);
  if (!handed.ok()) return handed.error();
  const std::shared_ptr<const Config> config = parts_.config.get();
  v1::HandOverLogReply reply;
  reply.set_log_size(parts_.log.size());
  reply.set_directory((config->state_directory / "log").string());
  reply.set_key(fmt::format("{}:{}", config->log.backend, config->log.key));
  return reply.SerializeAsString();
}

void Administration::record_end(Act act, const Result<void>& outcome) {
  end(act, outcome);
  const Result<void> recorded = parts_.journal.record_act(act);
  if (recorded.ok()) return;
  note(Priority::warning,
       fmt::format("{} is not recorded: {}", act.method, recorded.error().message));
}

Result<std::string> Administration::back_up(const Call& call) {
  const auto request = TRY(read_message<v1::BackUpRequest>(call.payload));
  const Result<BackUp> made = back_up_state(parts_, request.name());
  record_end(act_of(call.peer, call.grant, call.method, parts_.now()),
             made.ok() ? Result<void>() : made.error());
  if (!made.ok()) return made.error();
  v1::BackUpReply reply;
  reply.set_directory(made->directory.string());
  reply.set_log_size(made->log_size);
  return reply.SerializeAsString();
}

}  // namespace chancery::daemon
