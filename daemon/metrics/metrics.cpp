#include "daemon/metrics/metrics.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "core/crypto/x509/certificate_chain.h"
#include "daemon/metrics/exposition.h"

namespace chancery::daemon {
namespace {

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}
double time_in_seconds(WallTime time) { return seconds(time.time_since_epoch()); }
double number(std::uint64_t count) { return static_cast<double>(count); }

void add_requests(Exposition& out, const MetricsParts& with) {
  const JournalCounts counts = with.parts.journal.counts();
  out.counter("chancery_requests_total", "Requests by what became of them, since the start.");
  out.value(number(counts.accepted), {{"state", "accepted"}});
  out.value(number(counts.signed_), {{"state", "signed"}});
  out.value(number(counts.done), {{"state", "done"}});
  out.value(number(counts.failed), {{"state", "failed"}});
  out.counter("chancery_refusals_total", "Refusals by reason and nearest rule, since the start.");
  for (const auto& [which, count] : with.parts.refusals.counts()) {
    out.value(number(count), {{"reason", which.reason}, {"rule", which.rule}});
  }
  const ServerCounts server = with.counts();
  out.gauge("chancery_connections", "Connections of clients.");
  out.value(number(server.connections));
  out.gauge("chancery_requests_in_flight", "Requests that wait for their answer.");
  out.value(number(server.requests_in_flight));
  out.gauge("chancery_journal_waiting", "Records that wait for the journal.");
  out.value(number(counts.waiting));
  out.counter("chancery_journal_commits_total", "Commits of the journal.");
  out.value(number(counts.commits));
}

Result<void> add_unfinished(Exposition& out, const MetricsParts& with) {
  const std::vector<StoredRequest> oldest = TRY(with.parts.journal.unfinished(1));
  const WallTime now = with.parts.now();
  out.gauge("chancery_oldest_unfinished_seconds",
            "Age of the oldest request that is accepted and not finished; 0: there is none.");
  out.value(oldest.empty() ? 0 : seconds(now - oldest[0].acceptance.accepted_at));
  return {};
}

Result<double> count_duplicates(Journal& journal) {
  const std::string text = TRY(journal.setting(log_duplicates_setting)).value_or("0");
  return std::strtod(text.c_str(), nullptr);
}

void add_service_alarms(Exposition& out, const MetricsParts& with) {
  out.counter(
      "chancery_service_alarms_total",
      "Answers of services elsewhere that refuse or are not to be believed, since the start.");
  if (with.parts.finisher == nullptr) return;
  for (const ServiceAlarms& alarms : with.parts.finisher->alarms()) {
    for (const auto& [reason, count] : alarms.counts) {
      out.value(number(count), {{"destination", alarms.destination}, {"reason", reason}});
    }
  }
}

void add_service_timings(Exposition& out, const MetricsParts& with) {
  const Timings::Remote timings = with.parts.timings.remote();
  const auto each = [&](auto value_of) {
    for (const auto& [which, timing] : timings) {
      out.value(value_of(timing), {{"destination", which.first}, {"operation", which.second}});
    }
  };
  out.counter("chancery_service_seconds_total",
              "Time that services elsewhere took to answer, or to fail to.");
  each([](const Timing& timing) { return seconds(timing.sum); });
  out.counter("chancery_service_answers_total", "Answers that were timed, failed ones included.");
  each([](const Timing& timing) { return number(timing.count); });
}

Result<void> add_elsewhere(Exposition& out, const MetricsParts& with) {
  const Released released = TRY(with.parts.journal.count_released());
  out.gauge("chancery_requests_unrecorded", "Left by deadline, and not yet in all their logs.");
  out.value(number(released.unrecorded));
  out.gauge("chancery_log_awaited", "Of them: those that this log elsewhere has yet to record.");
  for (const auto& [destination, count] : released.awaited) {
    out.value(number(count), {{"log", log_named(destination)}});
  }
  out.gauge("chancery_requests_overdue", "Those of them whose logs have missed the deadline.");
  out.value(number(released.overdue));
  const FinisherCounts counts =
      with.parts.finisher == nullptr ? FinisherCounts() : with.parts.finisher->counts();
  out.gauge("chancery_requests_unresolved", "Requests with which services elsewhere are busy.");
  out.value(number(counts.unresolved));
  out.counter("chancery_log_duplicates_total",
              "Entries that logs elsewhere have made twice, in the journal's whole life.");
  out.value(TRY(count_duplicates(with.parts.journal)));
  add_service_alarms(out, with);
  add_service_timings(out, with);
  return {};
}

void add_backends(Exposition& out, const MetricsParts& with) {
  const std::vector<KeyRing::NamedHost> hosts = with.parts.keys.hosts();
  const auto each = [&](auto value_of) {
    for (const KeyRing::NamedHost& named : hosts) {
      out.value(value_of(named.host->state()), {{"backend", named.backend}});
    }
  };
  out.gauge("chancery_backend_up", "Whether the key host answers, and its device with it.");
  each([](const KeyHostState& state) { return state.is_up && !state.is_away ? 1.0 : 0.0; });
  out.gauge("chancery_backend_waiting", "Requests that wait for this backend or are with it.");
  each([](const KeyHostState& state) { return number(state.waiting); });
  out.counter("chancery_backend_starts_total", "Key host processes started.");
  each([](const KeyHostState& state) { return number(state.starts); });
  const auto timings = with.parts.timings.signatures();
  out.counter("chancery_signing_seconds_total", "Time that signatures took, waiting included.");
  for (const auto& [backend, timing] : timings) {
    out.value(seconds(timing.sum), {{"backend", backend}});
  }
  out.counter("chancery_signings_total", "Signatures that were timed, failed ones included.");
  for (const auto& [backend, timing] : timings) {
    out.value(number(timing.count), {{"backend", backend}});
  }
}

Result<void> add_log(Exposition& out, const MetricsParts& with) {
  const Timing proofs = with.parts.timings.proofs();
  out.gauge("chancery_log_entries", "Entries of the local log.");
  out.value(number(with.parts.log.size()));
  out.gauge("chancery_log_entries_published", "Those that are in its files.");
  out.value(number(with.parts.log.published_size()));
  out.counter("chancery_log_seconds_total", "Time from an entry's commit to its proof.");
  out.value(seconds(proofs.sum));
  out.counter("chancery_log_proofs_total", "Proofs that were timed.");
  out.value(number(proofs.count));
  const auto reader = TRY(with.parts.journal.read_audit());
  out.gauge("chancery_audit_records", "Records of the audit.");
  out.value(number(TRY(reader->head()).size));
  return {};
}

void add_alarms(Exposition& out, const MetricsParts& with) {
  out.gauge("chancery_alarm_since_seconds", "Since when an alarm stands, in Unix time.");
  for (const Alarm& alarm : with.parts.alarms.standing()) {
    out.value(time_in_seconds(alarm.since), {{"alarm", alarm.name}, {"reason", alarm.reason}});
  }
}

void add_certificates(Exposition& out, const MetricsParts& with) {
  out.gauge("chancery_certificate_expiry_seconds",
            "When the certificate imported for a key ends, in Unix time.");
  for (const auto& [subject, pem] : with.parts.standing.certificates()) {
    const auto chain = read_chain(pem);
    if (!chain.ok() || chain->empty()) continue;
    out.value(time_in_seconds(chain->front().not_after()), {{"subject", subject}});
  }
}

}  // namespace

Result<std::string> describe_metrics(const MetricsParts& with) {
  Exposition out;
  out.gauge("chancery_start_time_seconds", "When the daemon started, in Unix time.");
  out.value(time_in_seconds(with.started_at));
  add_requests(out, with);
  TRY(add_unfinished(out, with));
  TRY(add_elsewhere(out, with));
  add_backends(out, with);
  TRY(add_log(out, with));
  add_certificates(out, with);
  add_alarms(out, with);
  return out.text();
}

Result<void> write_metrics(const std::filesystem::path& path, const std::string& text) {
  const std::string part = path.string() + ".part";
  ::unlink(part.c_str());  // what a crash left, or somebody put there
  const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (file < 0) return system_error("METRICS_UNWRITABLE", part, errno);
  const bool is_written =
      ::fchmod(file, 0644) == 0 && ::write(file, text.data(), text.size()) == std::ssize(text);
  const int error = errno;
  ::close(file);
  if (!is_written) return system_error("METRICS_UNWRITABLE", part, error);
  if (std::rename(part.c_str(), path.c_str()) == 0) return {};
  return system_error("METRICS_UNWRITABLE", path.string(), errno);
}

}  // namespace chancery::daemon
