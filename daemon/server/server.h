// The Unix socket: ttrpc frames in, calls to the pool, answers out.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "core/base/limits/socket.h"
#include "daemon/pool.h"
#include "daemon/server/call.h"
#include "daemon/server/listen.h"

struct sd_event;

namespace chancery::daemon {

// Copies of core/base/limits, so that tests can reach them without a thousand sockets.
struct ServerLimits {
  std::size_t connections_max = limits::connections_max;
  std::size_t connections_kept = limits::connections_kept;
  std::size_t connections_for_newcomers = limits::connections_for_newcomers;
  std::size_t connections_of_a_newcomer_max = limits::connections_of_a_newcomer_max;
  std::size_t connections_per_uid_max = limits::connections_per_uid_max;
  std::size_t connections_refused_max = limits::connections_refused_max;
  std::size_t requests_in_flight_max = limits::requests_in_flight_max;
  std::size_t requests_in_flight_per_uid_max = limits::requests_in_flight_per_uid_max;
  std::size_t requests_in_flight_per_connection_max = limits::requests_in_flight_per_connection_max;
  std::size_t request_bytes_in_flight_max = limits::request_bytes_in_flight_max;
  std::size_t unsent_bytes_per_connection_max = limits::unsent_bytes_per_connection_max;
  std::chrono::milliseconds refused_connection_wait_max = limits::refused_connection_wait_max;
  std::chrono::milliseconds idle_before_giving_way = limits::idle_before_giving_way;
  std::chrono::milliseconds silence_before_giving_way = limits::silence_before_giving_way;
  std::chrono::milliseconds partial_frame_wait_max = limits::partial_frame_wait_max;
  std::chrono::milliseconds stream_wait_max = limits::stream_wait_max;
  std::chrono::milliseconds unsent_wait_max = limits::unsent_wait_max;
  std::chrono::milliseconds unsent_wait_at_stop_max = limits::unsent_wait_at_stop_max;
};

struct ServerOptions {
  Listening listening;
  ServerLimits limits = {};
};

struct ServerCounts {
  std::size_t connections = 0;
  std::size_t requests_in_flight = 0;
  std::uint64_t calls = 0;
  std::uint64_t refused_connections = 0;
  std::uint64_t place_searches = 0;  // for whoever came when all were taken
};

// Lives on the main thread's event loop; only counts() is for other threads. Responders may
// outlive it, to no effect; the pool must.
class Server {
 public:
  // `may_administer` judges Permission::admin, on a pool thread. Unknown services and methods are
  // answered here. Error: unavailable SERVER_START_FAILED.
  static Result<std::unique_ptr<Server>> start(
      sd_event* event, ServerOptions options, std::vector<Method> methods, Pool& pool,
      std::function<Result<Grant>(const policy::Peer&, std::string_view method)> may_administer);
  virtual ~Server() = default;

  // Accepts no more, and takes neither new requests nor the rest of those that have not wholly
  // arrived (unavailable SHUTTING_DOWN). Answers still leave, to whoever reads them.
  virtual void drain() = 0;
  virtual bool is_drained() const = 0;  // nothing in flight, nothing unsent
  virtual ServerCounts counts() const = 0;
};

}  // namespace chancery::daemon
