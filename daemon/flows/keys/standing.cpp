#include "daemon/flows/keys/standing.h"

#include <fmt/format.h>

namespace chancery::daemon {
namespace {

void apply(Standings&, std::monostate) {}
void apply(Standings& standings, const Stopped& effect) {
  standings.stopped.insert(effect.subject);
}
void apply(Standings& standings, const Resumed& effect) { standings.stopped.erase(effect.subject); }
void apply(Standings& standings, const Certified& effect) {
  standings.certificates[effect.subject] = effect.chain;
}
void apply(Standings& standings, const Removed& effect) {
  standings.stopped.erase(effect.subject);
  standings.certificates.erase(effect.subject);
}

Error not_durable(const Act& act, const Error& why) {
  return outcome_unknown(
      "STOP_NOT_DURABLE",
      fmt::format("{} is stopped for as long as this daemon runs, but the journal could not record "
                  "it: {} Stop it again when that is mended, or the next start forgets it",
                  act.subject, why.message));
}

}  // namespace

std::string subject_of(const KeyName& key) { return "key:" + key.text(); }
std::string subject_of_profile(std::string_view profile) {
  return "profile:" + std::string(profile);
}

Result<std::unique_ptr<Standing>> Standing::load(Journal& journal) {
  return std::unique_ptr<Standing>(new Standing(journal, TRY(journal.standings())));
}

Result<void> Standing::check_profile(std::string_view profile) const {
  const std::lock_guard lock(mutex_);
  if (!standings_.stopped.contains(subject_of_profile(profile))) return {};
  return denied("PROFILE_STOPPED",
                fmt::format("an administrator has stopped the profile \"{}\"", profile));
}

Result<void> Standing::check_key(const KeyName& key) const {
  const std::lock_guard lock(mutex_);
  if (!standings_.stopped.contains(subject_of(key))) return {};
  return denied("KEY_STOPPED", fmt::format("an administrator has stopped the key {}", key.text()));
}

std::string Standing::certificates_of(const KeyName& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = standings_.certificates.find(subject_of(key));
  return found == standings_.certificates.end() ? std::string() : found->second;
}

std::map<std::string, std::string> Standing::certificates() const {
  const std::lock_guard lock(mutex_);
  return standings_.certificates;
}

Result<void> Standing::record(const Act& act) {
  const std::lock_guard alone(recording_);
  const bool is_stop = std::holds_alternative<Stopped>(act.effect);
  // Whoever stops a key may be in a hurry: neither a slow disk nor a full one lets it sign on.
  if (is_stop) take(act.effect);
  const Result<void> recorded = journal_.record_act(act);
  if (!recorded.ok()) return is_stop ? not_durable(act, recorded.error()) : recorded.error();
  take(act.effect);
  return {};
}

void Standing::take(const Effect& effect) {
  const std::lock_guard lock(mutex_);
  std::visit([this](const auto& change) { apply(standings_, change); }, effect);
}

}  // namespace chancery::daemon
