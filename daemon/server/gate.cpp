#include "daemon/server/gate.h"
#include "core/base/limits/socket.h"

namespace chancery::daemon {
namespace {

bool is_unused(const Meters& meters) {
  return meters.connections.use_count() == 1 && meters.requests.use_count() == 1 &&
         meters.request_bytes.use_count() == 1 && meters.unsent_bytes.use_count() == 1;
}

}  // namespace

Gate::Gate(const ServerLimits& bounds)
    : limits_(bounds),
      all_{std::make_shared<Meter>(bounds.connections_max),
           std::make_shared<Meter>(bounds.requests_in_flight_max),
           std::make_shared<Meter>(bounds.request_bytes_in_flight_max),
           std::make_shared<Meter>(limits::unsent_bytes_max)} {}

const Meters& Gate::of_user(std::uint32_t uid) {
  const auto known = users_.find(uid);
  if (known != users_.end()) return known->second;
  std::erase_if(users_, [](const auto& user) { return is_unused(user.second); });
  return users_[uid] = {
             std::make_shared<Meter>(limits_.connections_per_uid_max, all_.connections),
             std::make_shared<Meter>(limits_.requests_in_flight_per_uid_max, all_.requests),
             std::make_shared<Meter>(limits::request_bytes_in_flight_per_uid_max,
                                     all_.request_bytes),
             std::make_shared<Meter>(limits::unsent_bytes_per_uid_max, all_.unsent_bytes)};
}

Meters Gate::for_connection(std::uint32_t uid) {
  const Meters& user = of_user(uid);
  return {user.connections,
          std::make_shared<Meter>(limits_.requests_in_flight_per_connection_max, user.requests),
          user.request_bytes,
          std::make_shared<Meter>(limits_.unsent_bytes_per_connection_max, user.unsent_bytes)};
}

}  // namespace chancery::daemon
