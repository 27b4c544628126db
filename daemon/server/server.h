// The Unix socket: ttrpc frames in, calls to the pool, answers out.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <memory>

#include "core/base/limits.h"
#include "daemon/pool.h"
#include "daemon/server/call.h"

struct sd_event;

namespace chancery::daemon {

struct ServerOptions {
  int listening_fd = -1;  // bound and listening; the server closes it
  // Copies of limits.h, so that tests can reach them without a thousand sockets.
  std::size_t connections_max = limits::connections_max;
  std::size_t connections_per_uid_max = limits::connections_per_uid_max;
  std::size_t requests_in_flight_max = limits::requests_in_flight_max;
};

struct ServerCounts {
  std::size_t connections = 0;
  std::size_t requests_in_flight = 0;
  std::uint64_t calls = 0;
  std::uint64_t refused_connections = 0;
};

// Lives on the main thread's event loop; only counts() is for other threads.
class Server {
 public:
  // `may_administer` judges Permission::admin. Unknown services and methods are answered here.
  static Result<std::unique_ptr<Server>> start(
      sd_event* event, ServerOptions options, std::vector<Method> methods, Pool& pool,
      std::function<Result<void>(const policy::Peer&, std::string_view method)> may_administer);
  virtual ~Server() = default;

  // Accepts no more and takes no new requests (unavailable SHUTTING_DOWN); answers still leave.
  virtual void drain() = 0;
  virtual bool is_drained() const = 0;  // nothing in flight, nothing unsent
  virtual ServerCounts counts() const = 0;
};

}  // namespace chancery::daemon
