// Who is let in: the bounds of the whole server, of each user, of each connection.
#pragma once

#include <cstdint>
#include <map>

#include "daemon/server/meter.h"
#include "daemon/server/server.h"

namespace chancery::daemon {

// The event loop's; the meters it gives are everybody's.
class Gate {
 public:
  explicit Gate(const ServerLimits& limits);

  const Meters& all() const { return all_; }
  // A user's bounds, kept while anything of that user is held.
  const Meters& of_user(std::uint32_t uid);
  // One connection's, within its user's.
  Meters for_connection(std::uint32_t uid);

 private:
  const ServerLimits limits_;
  Meters all_;
  std::map<std::uint32_t, Meters> users_;
};

}  // namespace chancery::daemon
