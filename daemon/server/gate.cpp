#include "daemon/server/gate.h"

#include <algorithm>
#include <utility>

#include "core/base/limits/socket.h"

namespace chancery::daemon {
namespace {

bool is_unused(const Meters& meters) {
  return meters.connections.use_count() == 1 && meters.requests.use_count() == 1 &&
         meters.request_bytes.use_count() == 1 && meters.unsent_bytes.use_count() == 1;
}

// All but what is kept of it.
std::shared_ptr<Meter> all_but(std::size_t kept, std::size_t max, std::shared_ptr<Meter> all) {
  return std::make_shared<Meter>(max - std::min(kept, max), std::move(all));
}

}  // namespace

Gate::Gate(const ServerLimits& bounds, std::uint32_t own_uid)
    : limits_(bounds),
      own_uid_(own_uid),
      all_{std::make_shared<Meter>(bounds.connections_max),
           std::make_shared<Meter>(bounds.requests_in_flight_max),
           std::make_shared<Meter>(bounds.request_bytes_in_flight_max),
           std::make_shared<Meter>(limits::unsent_bytes_max)},
      others_{
          all_but(bounds.connections_kept, bounds.connections_max, all_.connections),
          all_but(limits::requests_in_flight_kept, bounds.requests_in_flight_max, all_.requests),
          all_but(limits::request_bytes_kept, bounds.request_bytes_in_flight_max,
                  all_.request_bytes),
          all_but(limits::unsent_bytes_kept, limits::unsent_bytes_max, all_.unsent_bytes)} {}

const Meters& Gate::of_user(std::uint32_t uid) {
  const auto known = users_.find(uid);
  if (known != users_.end()) return known->second;
  std::erase_if(users_, [](const auto& user) { return is_unused(user.second); });
  const bool runs = runs_the_daemon(uid);
  const Meters& wider = runs ? all_ : others_;
  const ForNewcomers connections{limits_.connections_for_newcomers,
                                 limits_.connections_of_a_newcomer_max};
  const ForNewcomers requests{limits::requests_in_flight_for_newcomers,
                              limits::requests_in_flight_of_a_newcomer_max};
  return users_[uid] = {
             std::make_shared<Meter>(limits_.connections_per_uid_max, wider.connections,
                                     runs ? ForNewcomers{} : connections),
             std::make_shared<Meter>(limits_.requests_in_flight_per_uid_max, wider.requests,
                                     runs ? ForNewcomers{} : requests),
             std::make_shared<Meter>(limits::request_bytes_in_flight_per_uid_max,
                                     wider.request_bytes),
             std::make_shared<Meter>(limits::unsent_bytes_per_uid_max, wider.unsent_bytes)};
}

Meters Gate::for_connection(std::uint32_t uid) {
  const Meters& user = of_user(uid);
  return {user.connections,
          std::make_shared<Meter>(limits_.requests_in_flight_per_connection_max, user.requests),
          user.request_bytes,
          std::make_shared<Meter>(limits_.unsent_bytes_per_connection_max, user.unsent_bytes)};
}

Gate::UserTest Gate::whose_helps(std::uint32_t uid, std::shared_ptr<Meter> Meters::*what) {
  const Meter& own = *(of_user(uid).*what);
  if (own.is_full()) {
    return [uid](std::uint32_t holder) { return holder == uid; };
  }
  if (!runs_the_daemon(uid) && own.has_all_it_may()) {
    return [this](std::uint32_t holder) { return !runs_the_daemon(holder); };
  }
  return [](std::uint32_t) { return true; };
}

}  // namespace chancery::daemon
