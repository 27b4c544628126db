#include "client/admin/status_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "client/terminal/report.h"
#include "client/terminal/table.h"
#include "core/base/rfc3339.h"

namespace chancery::client {

namespace {

using std::chrono::seconds;

std::string age_text(std::int64_t since_1970, std::chrono::sys_seconds now) {
  return duration_text(now - std::chrono::sys_seconds(seconds(since_1970)));
}

std::string log_text(const v1::StatusReply& status) {
  std::string text = fmt::format("{}, {} {}", status.log_origin(), status.log_size(),
                                 status.log_size() == 1 ? "entry" : "entries");
  if (status.published_size() < status.log_size())
    text += fmt::format(", {} of them in files", status.published_size());
  if (status.log_handed_over()) text += ", handed over";
  return text;
}

Json awaited_by_log(const v1::StatusReply& status) {
  Json counts = Json::object();
  for (const v1::AwaitedLog& awaited : status.awaited())
    counts[awaited.log()] = awaited.signatures();
  return counts;
}

std::string requests_text(const v1::StatusReply& status) {
  std::string text =
      fmt::format("{} accepted, {} done, {} failed, {} in flight on {} connection{}",
                  status.accepted(), status.done(), status.failed(), status.requests_in_flight(),
                  status.connections(), status.connections() == 1 ? "" : "s");
  if (status.unrecorded() > 0)
    text += fmt::format(", {} left before their logs had them ({})", status.unrecorded(),
                        awaited_text(status));
  return text;
}

void append(std::vector<std::string>& lines, const std::vector<std::vector<std::string>>& rows) {
  lines.emplace_back();
  for (const std::string& line : table(rows)) lines.push_back(line);
}

std::string state_text(const v1::BackendStatus& backend) {
  if (!backend.is_up()) return "down";
  if (!backend.trouble().empty()) return "refuses";
  if (backend.unusable_keys().empty()) return "up";
  return fmt::format("up, {} {} unusable", backend.unusable_keys_size(),
                     backend.unusable_keys_size() == 1 ? "key" : "keys");
}

void append_backends(std::vector<std::string>& lines, const v1::StatusReply& status) {
  std::vector<std::vector<std::string>> rows{
      {"BACKEND", "TYPE", "STATE", "WAITING", "SIGNATURES", "STARTS"}};
  for (const v1::BackendStatus& backend : status.backends())
    rows.push_back({backend.name(), backend.type(), state_text(backend),
                    std::to_string(backend.waiting()), std::to_string(backend.signatures()),
                    std::to_string(backend.starts())});
  append(lines, rows);
}

void append_unfinished(std::vector<std::string>& lines, const v1::StatusReply& status,
                       std::chrono::sys_seconds now) {
  if (status.unfinished().empty()) return;
  std::vector<std::vector<std::string>> rows{{"UNFINISHED", "STATE", "PROFILE", "UID", "SINCE"}};
  for (const v1::UnfinishedRequest& request : status.unfinished())
    rows.push_back({request.receipt(), request.state(), request.profile(),
                    std::to_string(request.uid()), age_text(request.accepted_at(), now)});
  append(lines, rows);
  for (const v1::UnfinishedRequest& request : status.unfinished())
    if (!request.trouble_reason().empty())
      lines.push_back(fmt::format("{} waits: {}: {}", request.receipt(), request.trouble_reason(),
                                  request.trouble()));
}

Json json_of(const v1::UnusableKey& key) {
  return {{"name", key.name()}, {"trouble", key.trouble()}, {"is_in_use", key.is_in_use()}};
}

Json json_of(const v1::BackendStatus& backend);
Json json_of(const v1::UnfinishedRequest& request);
Json json_of(const v1::Alarm& alarm);

template <typename Messages>
Json json_of_each(const Messages& messages) {
  Json list = Json::array();
  for (const auto& message : messages) list.push_back(json_of(message));
  return list;
}

Json json_of(const v1::BackendStatus& backend) {
  return {{"name", backend.name()},
          {"type", backend.type()},
          {"is_up", backend.is_up()},
          {"trouble", backend.trouble()},
          {"is_away", backend.is_away()},
          {"waiting", backend.waiting()},
          {"starts", backend.starts()},
          {"signatures", backend.signatures()},
          {"memory_locked", backend.memory_locked()},
          {"unusable_keys", json_of_each(backend.unusable_keys())}};
}

Json json_of(const v1::UnfinishedRequest& request) {
  return {{"receipt", request.receipt()},         {"state", request.state()},
          {"profile", request.profile()},         {"uid", request.uid()},
          {"accepted_at", request.accepted_at()}, {"trouble_reason", request.trouble_reason()},
          {"trouble", request.trouble()}};
}

Json json_of(const v1::Alarm& alarm) {
  return {{"name", alarm.name()},
          {"since", alarm.since()},
          {"reason", alarm.reason()},
          {"what", alarm.what()},
          {"remedy", alarm.remedy()}};
}

std::string alarm_text(const v1::Alarm& alarm) {
  return fmt::format("alarm {} since {}: {}. {}", alarm.name(),
                     format_rfc3339(WallTime(seconds(alarm.since()))), alarm.what(),
                     alarm.remedy());
}

void append_troubles(std::vector<std::string>& troubles, const v1::BackendStatus& backend) {
  if (!backend.is_up()) {
    troubles.push_back(fmt::format("backend {} is down: {}", backend.name(), backend.trouble()));
    return;
  }
  if (!backend.trouble().empty())
    troubles.push_back(
        fmt::format("backend {} refuses to sign: {}", backend.name(), backend.trouble()));
  // What nobody uses stays a matter of the list.
  for (const v1::UnusableKey& key : backend.unusable_keys())
    if (key.is_in_use())
      troubles.push_back(
          fmt::format("key {}:{} cannot be used: {}", backend.name(), key.name(), key.trouble()));
  if (!backend.memory_locked())
    troubles.push_back(fmt::format(
        "backend {} could not lock its memory: its keys may reach the swap space; raise "
        "LimitMEMLOCK",
        backend.name()));
}

}  // namespace

std::string reload_failure(const v1::StatusReply& status) {
  const std::string& error = status.configuration_error();
  const auto more = std::ranges::count(error, '\n');
  return fmt::format(
      "the last reload failed, the old configuration is in force: {}{}",
      error.substr(0, error.find('\n')),
      more == 0 ? "" : fmt::format(" (and {} more: `chancery reload` says all)", more));
}

std::vector<std::string> troubles_of(const v1::StatusReply& status) {
  std::vector<std::string> troubles;
  for (const v1::Alarm& alarm : status.alarms()) troubles.push_back(alarm_text(alarm));
  if (!status.configuration_error().empty()) troubles.push_back(reload_failure(status));
  if (status.log_handed_over())
    troubles.emplace_back("the log was handed over: this daemon signs no more");
  if (!status.log_trouble().empty())
    troubles.push_back("the log takes no new work: " + status.log_trouble());
  if (status.overdue() > 0)
    troubles.push_back(fmt::format(
        "overdue: {} of the signatures that have left; their logs missed the deadline, and their "
        "profiles sign nothing new",
        status.overdue()));
  for (const v1::BackendStatus& backend : status.backends()) append_troubles(troubles, backend);
  return troubles;
}

std::vector<std::string> profile_troubles(const v1::StatusReply& status,
                                          const v1::ListProfilesReply& profiles) {
  std::vector<std::string> troubles;
  for (const v1::Profile& profile : profiles.profiles()) {
    const std::string_view backend =
        std::string_view(profile.key()).substr(0, profile.key().find(':'));
    const bool is_down = std::ranges::any_of(status.backends(), [&](const v1::BackendStatus& one) {
      // That is a trouble of its own.
      return one.name() == backend && (!one.is_up() || !one.trouble().empty());
    });
    if (!profile.unavailable().empty() && !is_down)
      troubles.push_back(
          fmt::format("profile {} signs nothing: {}", profile.name(), profile.unavailable()));
  }
  return troubles;
}

std::vector<std::string> describe(const v1::StatusReply& status, std::chrono::sys_seconds now) {
  std::vector<std::string> lines =
      table({{"chanceryd",
              fmt::format("{}, up {}", status.version(), age_text(status.started_at(), now))},
             {"configuration", status.configuration()},
             {"state", status.state_directory()},
             {"log", log_text(status)},
             {"requests", requests_text(status)}});
  append_backends(lines, status);
  append_unfinished(lines, status, now);
  const auto troubles = troubles_of(status);
  if (!troubles.empty()) lines.emplace_back();
  for (const std::string& trouble : troubles) lines.push_back("TROUBLE: " + trouble);
  return lines;
}

Json json_of(const v1::StatusReply& status) {
  return {{"version", status.version()},
          {"started_at", status.started_at()},
          {"configuration", status.configuration()},
          {"configuration_error", status.configuration_error()},
          {"state_directory", status.state_directory()},
          {"log",
           {{"origin", status.log_origin()},
            {"size", status.log_size()},
            {"published_size", status.published_size()},
            {"handed_over", status.log_handed_over()}}},
          {"backends", json_of_each(status.backends())},
          {"requests",
           {{"accepted", status.accepted()},
            {"done", status.done()},
            {"failed", status.failed()},
            {"in_flight", status.requests_in_flight()},
            {"unrecorded", status.unrecorded()},
            {"overdue", status.overdue()},
            {"awaited", awaited_by_log(status)}}},
          {"connections", status.connections()},
          {"unfinished", json_of_each(status.unfinished())},
          {"alarms", json_of_each(status.alarms())},
          {"troubles", troubles_of(status)}};
}

std::string awaited_text(const v1::StatusReply& status) {
  std::string text;
  for (const v1::AwaitedLog& awaited : status.awaited())
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", awaited.log(), awaited.signatures());
  return text;
}

std::string duration_text(seconds duration) {
  const auto total = std::max<std::int64_t>(duration.count(), 0);
  constexpr std::int64_t minute = 60, hour = 60 * minute, day = 24 * hour;
  if (total >= 2 * day) return fmt::format("{} days", total / day);
  if (total >= hour) return fmt::format("{} h {} min", total / hour, total % hour / minute);
  if (total >= minute) return fmt::format("{} min {} s", total / minute, total % minute);
  return fmt::format("{} s", total);
}

}  // namespace chancery::client
