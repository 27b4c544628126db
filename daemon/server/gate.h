// Who is let in: the bounds of the whole server, of each user, of each connection.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "daemon/server/meter.h"
#include "daemon/server/server.h"

namespace chancery::daemon {

// The event loop's; the meters it gives are everybody's.
class Gate {
 public:
  // `own_uid` is the daemon's own.
  Gate(const ServerLimits& limits, std::uint32_t own_uid);

  const Meters& all() const { return all_; }
  // A user's bounds, kept while anything of that user is held.
  const Meters& of_user(std::uint32_t uid);
  // One connection's, within its user's.
  Meters for_connection(std::uint32_t uid);

  // Whether what `holder` gives back is of use to a user who found nothing left.
  using UserTest = std::function<bool(std::uint32_t holder)>;
  UserTest whose_helps(std::uint32_t uid, std::shared_ptr<Meter> Meters::*what);

 private:
  bool runs_the_daemon(std::uint32_t uid) const { return uid == 0 || uid == own_uid_; }

  const ServerLimits limits_;
  const std::uint32_t own_uid_;
  Meters all_;
  Meters others_;  // all but what is kept for whoever runs the daemon
  std::map<std::uint32_t, Meters> users_;
};

}  // namespace chancery::daemon
