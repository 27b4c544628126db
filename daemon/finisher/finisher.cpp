#include "daemon/finisher/finisher.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "core/base/limits/services.h"
#include "daemon/finisher/finishing.h"

namespace chancery::daemon {
namespace {

class RemoteFinisher : public Finisher {
 public:
  RemoteFinisher(RemoteServices services, Journal& journal, Timings& timings, AtStep at_step)
      : services_(std::move(services)),
        journal_(journal),
        timings_(timings),
        at_step_(std::move(at_step)) {
    for (const auto& [name, service] : services_.logs) {
      sites_.logs.try_emplace(name, name, service, *agenda_);
      limit(log_destination(name), service.per_second);
    }
    for (const auto& [name, service] : services_.authorities) {
      sites_.authorities.try_emplace(name, name, service, *agenda_);
      limit(authority_destination(name), service.per_second);
    }
  }

  ~RemoteFinisher() override { RemoteFinisher::stop(); }
  // The thread first, then whoever could still post to it; what the journal completes later finds
  // an agenda that does nothing.
  void stop() override {
    agenda_->stop();
    services_.http.reset();
  }

  Result<void> may_take(const Plan& plan, Share share, std::size_t payload_bytes) const override;
  Result<Rates::Destinations> take_turn(const Plan& plan) override {
    TRY(check_names(plan));
    Rates::Destinations destinations = destinations_of(plan);
    TRY(rates_.take(destinations, Deadline::Clock::now()));
    return destinations;
  }
  void give_back_turn(const Rates::Destinations& taken) override { rates_.give_back(taken); }
  bool wants_envelopes(const Plan& plan) const override {
    return std::ranges::any_of(plan.logs, [this](const std::string& name) {
      const auto found = services_.logs.find(name);
      return found != services_.logs.end() && found->second.wants_envelopes;
    });
  }

  void finish(Unfinished work, Done done) override {
    const Result<void> known = check_names(work.plan);
    if (!known.ok()) return done(known.error());
    unresolved_ += 1;
    auto counted = [this, done = std::move(done)](Result<Finished> outcome) {
      unresolved_ -= 1;
      if (outcome.ok()) finished_ += 1;
      done(std::move(outcome));
    };
    const auto finishing =
        std::make_shared<Finishing>(SharedParts{agenda_, journal_, timings_, at_step_}, sites_,
                                    std::move(work), std::move(counted));
    agenda_->post([finishing] { finishing->start(); });
  }

  void at(Deadline::Clock::time_point when, std::function<void()> work) override {
    agenda_->post_at(when, std::move(work));
  }

  void drain() override {
    is_draining_ = true;
    agenda_->post([this] {
      for (auto& [name, site] : sites_.authorities) site.pace.stop();
      for (auto& [name, site] : sites_.logs) site.pace.stop();
    });
  }

  std::vector<std::string> logs() const override {
    std::vector<std::string> names;
    for (const auto& [name, service] : services_.logs) names.push_back(name);
    return names;
  }
  std::optional<Error> trouble_of(const Plan& plan) const override;
  std::vector<ServiceAlarms> alarms() const override;
  const bundle::TrustedRoot& root() const override { return services_.root; }
  FinisherCounts counts() const override {
    return {unresolved_, finished_, agenda_->done(), agenda_->due()};
  }

 private:
  Result<void> check_names(const Plan& plan) const;
  Result<void> check_room(const Plan& plan, Share share) const;
  Rates::Destinations destinations_of(const Plan& plan) const;
  void limit(const std::string& destination, std::optional<double> per_second) {
    if (per_second) rates_.add(destination, static_cast<std::int64_t>(*per_second));
  }

  RemoteServices services_;
  Journal& journal_;
  Timings& timings_;
  const AtStep at_step_;
  std::atomic<std::size_t> unresolved_ = 0;
  std::atomic<std::uint64_t> finished_ = 0;
  std::atomic<bool> is_draining_ = false;
  const std::shared_ptr<Agenda> agenda_ = std::make_shared<Agenda>();
  Rates rates_;
  Sites sites_;  // the agenda's thread's own, but for who they are, how they do, and how many wait
};

std::optional<Error> RemoteFinisher::trouble_of(const Plan& plan) const {
  const Result<void> known = check_names(plan);
  if (!known.ok()) return known.error();
  for (const std::string& name : plan.logs) {
    if (auto trouble = sites_.logs.at(name).reputation.trouble()) return trouble;
  }
  for (const std::string& name : plan.authorities) {
    if (auto trouble = sites_.authorities.at(name).reputation.trouble()) return trouble;
  }
  return std::nullopt;
}

std::vector<ServiceAlarms> RemoteFinisher::alarms() const {
  std::vector<ServiceAlarms> out;
  for (const auto& [name, site] : sites_.logs) {
    out.push_back({log_destination(name), site.reputation.alarms()});
  }
  for (const auto& [name, site] : sites_.authorities) {
    out.push_back({authority_destination(name), site.reputation.alarms()});
  }
  return out;
}

Result<void> RemoteFinisher::check_names(const Plan& plan) const {
  const auto missing = [](std::string_view kind, const std::string& name) {
    return unavailable("REMOTE_SERVICE_MISSING",
                       fmt::format("the configuration no longer has the {} \"{}\", which this "
                                   "signature waits for; put it back",
                                   kind, name));
  };
  for (const std::string& name : plan.logs) {
    if (!services_.logs.contains(name)) return missing("log", name);
  }
  for (const std::string& name : plan.authorities) {
    if (!services_.authorities.contains(name)) return missing("timestamp authority", name);
  }
  return {};
}

// Those that wait for one service are in nobody's way who does without it.
Result<void> RemoteFinisher::check_room(const Plan& plan, Share share) const {
  const auto full = [](const std::string& what) {
    return exhausted("REMOTE_QUEUE_FULL", fmt::format("{} signatures wait for {} already",
                                                      limits::unresolved_max, what));
  };
  for (const std::string& name : plan.logs) {
    if (share == Share::timestamps) break;
    if (sites_.logs.at(name).unresolved >= limits::unresolved_max) return full("log " + name);
  }
  const auto with_room = std::ranges::count_if(plan.authorities, [this](const std::string& name) {
    return sites_.authorities.at(name).unresolved < limits::unresolved_max;
  });
  if (static_cast<std::size_t>(with_room) >= plan.timestamps) return {};
  return full(fmt::format("timestamp authorities {}", fmt::join(plan.authorities, ", ")));
}

// Whom it will be sent to, if nothing fails meanwhile: of the authorities those that are asked
// first.
Rates::Destinations RemoteFinisher::destinations_of(const Plan& plan) const {
  Rates::Destinations out;
  for (const std::string& name : plan.logs) out.push_back(log_destination(name));
  std::vector<std::string> authorities = plan.authorities;
  std::ranges::stable_partition(authorities, [this](const std::string& name) {
    return !sites_.authorities.at(name).reputation.trouble();
  });
  authorities.resize(std::min(authorities.size(), plan.timestamps));
  for (const std::string& name : authorities) out.push_back(authority_destination(name));
  return out;
}

Result<void> RemoteFinisher::may_take(const Plan& plan, Share share,
                                      std::size_t payload_bytes) const {
  TRY(check_names(plan));
  if (is_draining_) return unavailable("SHUTTING_DOWN", "the daemon is stopping");
  TRY(check_room(plan, share));
  if (share != Share::logs) TRY(rates_.look(destinations_of(plan), Deadline::Clock::now()));
  // Twice in base64, in a text within a text, and what is around it.
  const bool is_too_large = payload_bytes / 3 * 4 + 16384 > limits::log_request_bytes_max;
  if (!is_too_large || !wants_envelopes(plan)) return {};
  return invalid_request("ENTRY_TOO_LARGE",
                         fmt::format("a statement of {} bytes is more than a log of Rekor v1 is "
                                     "sent; use a profile without one",
                                     payload_bytes));
}

}  // namespace

std::unique_ptr<Finisher> Finisher::start(RemoteServices services, Journal& journal,
                                          Timings& timings, AtStep at_step) {
  return std::make_unique<RemoteFinisher>(std::move(services), journal, timings,
                                          std::move(at_step));
}

}  // namespace chancery::daemon
