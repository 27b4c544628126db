#include "client/dbus/service.h"

#include <fmt/format.h>

#include <utility>

#include "client/dbus/error_name.h"
#include "client/terminal/report.h"
#include "core/base/limits/command.h"

namespace chancery::client {

namespace {

constexpr const char* name = "org.chancery.Signer1";  // of the service and of its interface
constexpr const char* path = "/org/chancery/Signer1";
constexpr const char* list_pending_action = "org.chancery.signer1.list-pending";
constexpr const char* reload_action = "org.chancery.signer1.reload";

using Backend = sdbus::Struct<std::string, std::string, std::string>;
using Pending = sdbus::Struct<std::string, std::string, std::string, std::uint32_t, std::int64_t>;
using Alarm = sdbus::Struct<std::string, std::int64_t, std::string, std::string, std::string>;
using Properties = std::map<std::string, sdbus::Variant>;

std::vector<Backend> backends_of(const View& view) {
  std::vector<Backend> out;
  for (const BackendView& backend : view.backends)
    out.emplace_back(backend.name, backend.state, backend.trouble);
  return out;
}

std::vector<Alarm> alarms_of(const View& view) {
  std::vector<Alarm> out;
  for (const v1::Alarm& alarm : view.status.alarms())
    out.emplace_back(alarm.name(), alarm.since(), alarm.reason(), alarm.what(), alarm.remedy());
  return out;
}

std::vector<Pending> pending_of(const View& view) {
  std::vector<Pending> out;
  for (const v1::UnfinishedRequest& request : view.status.unfinished())
    out.emplace_back(request.receipt(), request.state(), request.profile(), request.uid(),
                     request.accepted_at());
  return out;
}

std::uint64_t pending_count(const View& view) {
  return static_cast<std::uint64_t>(view.status.unfinished_size());
}

enum class Telling { each_change, never };

// Calls `each` with every property: its name, what it is in a view, and whether a change is told.
template <typename Each>
void for_each_property(Each each) {
  each(
      "State", [](const View& view) { return view.state; }, Telling::each_change);
  each(
      "Troubles", [](const View& view) { return view.troubles; }, Telling::each_change);
  each(
      "Version", [](const View& view) { return view.status.version(); }, Telling::each_change);
  each("Backends", backends_of, Telling::each_change);
  each("Alarms", alarms_of, Telling::each_change);
  each(
      "PendingState", [](const View& view) { return view.pending; }, Telling::each_change);
  // With each request: who wants to know them reads them.
  each("PendingCount", pending_count, Telling::never);
  each("OldestPendingAt", oldest_pending_at, Telling::never);
  each(
      "Unrecorded", [](const View& view) { return std::uint64_t{view.status.unrecorded()}; },
      Telling::never);
  each(
      "Overdue", [](const View& view) { return std::uint64_t{view.status.overdue()}; },
      Telling::each_change);
}

Properties describe(const View& view) {
  const v1::StatusReply& status = view.status;
  Properties out{{"StartedAt", std::int64_t{status.started_at()}},
                 {"LogOrigin", status.log_origin()},
                 {"LogSize", std::uint64_t{status.log_size()}},
                 {"Accepted", std::uint64_t{status.accepted()}},
                 {"Done", std::uint64_t{status.done()}},
                 {"Failed", std::uint64_t{status.failed()}},
                 {"InFlight", std::uint64_t{status.requests_in_flight()}},
                 {"Connections", std::uint64_t{status.connections()}}};
  for_each_property(
      [&](const char* property, auto value, Telling) { out[property] = value(view); });
  return out;
}

std::vector<std::string> changed_properties(const View& before, const View& after) {
  std::vector<std::string> changed;
  for_each_property([&](const char* property, auto value, Telling telling) {
    if (telling == Telling::each_change && value(before) != value(after))
      changed.emplace_back(property);
  });
  return changed;
}

sdbus::Error bus_error(const Error& error) { return {error_name_of(error), error.message}; }

template <typename... Values>
void answer(const sdbus::MethodCall& call, const Values&... values) {
  auto reply = call.createReply();
  (reply << ... << values);
  reply.send();
}

void refuse(const sdbus::MethodCall& call, const Error& error) {
  call.createErrorReply(bus_error(error)).send();
}

// Who had what done, for whoever reads the journal: the daemon's own record names this service.
void record(const Caller& caller, std::string_view action, std::string_view outcome) {
  print_remark(fmt::format("action={} uid={} caller={} outcome={}", action, caller.uid,
                           caller.bus_name, outcome));
}

}  // namespace

Service::Service(sdbus::IConnection& bus, std::function<void()> reload)
    : bus_(bus),
      reload_(std::move(reload)),
      authority_(bus),
      object_(sdbus::createObject(bus, path)) {
  add_properties();
  add_methods();
  object_->registerSignal("StateChanged")
      .onInterface(name)
      .withParameters<std::string, std::string, std::string>("name", "from", "to");
  object_->finishRegistration();
}

void Service::add_properties() {
  using Behaviour = sdbus::Flags::PropertyUpdateBehaviorFlags;
  for_each_property([this](const char* property, auto value, Telling telling) {
    object_->registerProperty(property)
        .onInterface(name)
        .withGetter([this, value] { return value(view_); })
        .withUpdateBehavior(telling == Telling::never ? Behaviour::EMITS_NO_SIGNAL
                                                      : Behaviour::EMITS_CHANGE_SIGNAL);
  });
}

void Service::add_methods() {
  object_->registerMethod(name, "Status", "", {}, "a{sv}", {"status"},
                          [this](const sdbus::MethodCall& call) {
                            if (view_.absence) return refuse(call, *view_.absence);
                            answer(call, describe(view_));
                          });
  object_->registerMethod(
      name, "ListPending", "", {}, "a(sssux)", {"pending"}, [this](const sdbus::MethodCall& call) {
        guard(call, list_pending_action, [this](const Caller& caller, const auto& allowed) {
          end(caller);
          if (view_.absence) return refuse(allowed, *view_.absence);
          record(caller, list_pending_action, "done");
          answer(allowed, pending_of(view_));
        });
      });
  object_->registerMethod(
      name, "Reload", "", {}, "s", {"configuration"}, [this](const sdbus::MethodCall& call) {
        guard(call, reload_action, [this](const Caller& caller, const auto& allowed) {
          reloads_.push_back({caller, allowed});
          reload_();
        });
      });
}

void Service::answer_reload(const Result<v1::ReloadReply>& reply) {
  const Waiting waiting = std::move(reloads_.front());
  reloads_.pop_front();
  end(waiting.caller);
  record(waiting.caller, reload_action, reply.ok() ? "done" : reply.error().reason);
  if (!reply.ok()) return refuse(waiting.call, reply.error());
  answer(waiting.call, reply->configuration());
}

// Whoever acts calls end().
void Service::guard(const sdbus::MethodCall& call, const std::string& action, Act act) {
  const Result<Caller> caller = caller_of(call);
  if (!caller.ok()) return refuse(call, caller.error());
  if (const Result<void> begun = begin(*caller); !begun.ok()) return refuse(call, begun.error());
  authority_.check(
      *caller, action,
      [this, call, action, caller = *caller, act = std::move(act)](const Result<void>& allowed) {
        if (allowed.ok()) return act(caller, call);
        end(caller);
        record(caller, action, allowed.error().reason);
        refuse(call, allowed.error());
      });
}

Result<void> Service::begin(const Caller& caller) {
  const auto own = waiting_of_.find(caller.uid);
  const std::size_t own_count = own == waiting_of_.end() ? 0 : own->second;
  if (waiting_ >= limits::bus_calls_waiting_max ||
      own_count >= limits::bus_calls_waiting_per_user_max)
    return exhausted("BUS_CALLS_EXHAUSTED", "too many calls wait for polkit or the daemon");
  ++waiting_;
  ++waiting_of_[caller.uid];
  return {};
}

void Service::end(const Caller& caller) {
  --waiting_;
  const auto own = waiting_of_.find(caller.uid);
  if (--own->second == 0) waiting_of_.erase(own);
}

void Service::show(View view) {
  const View before = std::exchange(view_, std::move(view));
  if (is_shown_) return tell(changes_between(before, view_), before);
  bus_.requestName(name);
  is_shown_ = true;
}

void Service::tell(const std::vector<Change>& changes, const View& before) {
  const std::vector<std::string> changed = changed_properties(before, view_);
  if (!changed.empty()) object_->emitPropertiesChangedSignal(name, changed);
  for (const Change& change : changes) {
    print_remark(fmt::format("{} {} -> {}", change.name, change.from, change.to));
    object_->emitSignal("StateChanged")
        .onInterface(name)
        .withArguments(change.name, change.from, change.to);
  }
}

}  // namespace chancery::client
