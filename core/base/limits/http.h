// Limits: talking HTTP to others. Each bound with its reason; all of them are in this folder.
#pragma once

#include <chrono>
#include <cstddef>

namespace chancery::limits {

using namespace std::chrono_literals;

// Accepted and not yet answered: two logs and two timestamp authorities with 256 each.
inline constexpr std::size_t http_requests_in_flight_max = 1024;
// Rekor v2 answers as many a second as wait for it, up to a batch of 256.
inline constexpr long http_connections_per_host_max = 256;
// Open ones without work are kept for the next request, as many as one busy host may have.
inline constexpr long http_connections_kept_max = 256;
// Servers and proxies close an idle connection after a minute or more; one about to be closed is
// better not used again.
inline constexpr long http_idle_connection_seconds_max = 50;
inline constexpr std::size_t http_url_bytes_max = 2048;  // what every server and proxy takes
// Of one answer, all together. Go's servers send under 1 KiB, cookie-laden proxies 16.
inline constexpr std::size_t http_header_bytes_max = 64U << 10;
// A host that does not take a connection in this time is away.
inline constexpr auto http_connect_max = 10000ms;
// How long the client's thread sleeps at most: it is woken for everything, this is a safety net.
inline constexpr int http_poll_milliseconds_max = 1000;

}  // namespace chancery::limits
