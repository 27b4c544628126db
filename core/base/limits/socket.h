// Limits: the socket. Each bound with its reason; all of them are in this folder.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace chancery::limits {

using namespace std::chrono_literals;

// ttrpc's own limit on a message; stock clients refuse larger ones.
inline constexpr std::size_t frame_bytes_max = 4U << 20;
// What a unary request may carry: a statement of this size still fits one journal row comfortably.
inline constexpr std::size_t request_bytes_max = 1U << 20;
// A build host runs hundreds of jobs, each with one connection.
inline constexpr std::size_t connections_max = 1024;
// No user may take the whole socket.
inline constexpr std::size_t connections_per_uid_max = 512;
// Two users could all the same. The last are for users who have few, each with enough for a job.
inline constexpr std::size_t connections_for_newcomers = 64;
inline constexpr std::size_t connections_of_a_newcomer_max = 8;
// Of those in all, for root and the daemon's own user alone, who look what is wrong and mend it:
// some shells. Others cannot keep them out together.
inline constexpr std::size_t connections_kept = 16;
// What these connections carry: a question or two each, and the answer to `status --metrics`.
inline constexpr std::size_t requests_in_flight_kept = 32;
inline constexpr std::size_t request_bytes_kept = 2U << 20;
inline constexpr std::size_t unsent_bytes_kept = 8U << 20;
// Over the limit a few more are accepted only to be told RESOURCE_EXHAUSTED; beyond them the oldest
// goes.
inline constexpr std::size_t connections_refused_max = 64;
inline constexpr auto refused_connection_wait_max = 1000ms;
// Connections taken before those that are open are served again.
inline constexpr int accepts_in_a_row_max = 64;
// Answers are small: so many leave in one system call when they have piled up.
inline constexpr std::size_t frames_per_write_max = 32;
// Accepted and not yet answered, all connections together: what the queues below can hold.
inline constexpr std::size_t requests_in_flight_max = 4096;
inline constexpr std::size_t requests_in_flight_per_uid_max = 2048;  // half, as of connections
inline constexpr std::size_t requests_in_flight_for_newcomers = 256;
inline constexpr std::size_t requests_in_flight_of_a_newcomer_max = 32;
inline constexpr std::size_t requests_in_flight_per_connection_max = 512;
// Bytes of requests that have arrived and are not answered: what is small never comes near it.
inline constexpr std::size_t request_bytes_in_flight_max = 64U << 20;
inline constexpr std::size_t request_bytes_in_flight_per_uid_max = 32U << 20;
// Around the payload of a request: names, timeout, metadata.
inline constexpr std::size_t request_envelope_bytes_max = 16U << 10;
// Messages of a client stream that wait for the pool; past this its connection is not read from.
inline constexpr std::size_t stream_bytes_waiting_max = 2U << 20;
inline constexpr std::size_t stream_messages_waiting_max = 64;
// A client stream of which fewer bytes than this come in stream_wait_max has stalled, and gives
// back what it holds. Clients are on the same host and send GiB a second; a statement of 64 MiB at
// this pace takes as long as any request may.
inline constexpr std::size_t stream_progress_bytes_min = 1U << 20;
inline constexpr auto stream_wait_max = 10000ms;
// At a limit of connections, one of the same user that has been idle so long gives way to a new
// one: a thousand silent clients harm nobody, and a client at work is never cut off.
inline constexpr auto idle_before_giving_way = 1000ms;
// Likewise one that stopped in the middle, of a frame, a stream or of reading: it may only be slow,
// on a busy host. At a limit of requests or of their bytes a silent stream, or half a frame, does.
inline constexpr auto silence_before_giving_way = 3000ms;
// A search looks at each connection and stream, 100 us: so often at most when it finds none.
inline constexpr auto silence_search_interval = 100ms;
// A client that does not read its answers is not read from; past this it is closed. It holds the
// answers to all that one user may have in flight (32 MiB, which base64 makes 43).
inline constexpr std::size_t unsent_bytes_per_connection_max = 48U << 20;
inline constexpr std::size_t unsent_bytes_per_uid_max = 64U << 20;
inline constexpr std::size_t unsent_bytes_max = 128U << 20;
// So much is kept ready for a reader; the next piece of a stream is made when there is less.
inline constexpr std::size_t unsent_bytes_wanted = 256U << 10;
// Fewer bytes than this in unsent_wait_max is no progress.
inline constexpr std::size_t unsent_progress_bytes_min = 64U << 10;
inline constexpr auto unsent_wait_max = 30000ms;
// A stop waits only for whoever reads what is there for it, as fast as a loaded machine copies: a
// bundle that is not read now is in the archive after the start.
inline constexpr std::size_t unsent_progress_at_stop_bytes_min = 16U << 20;
inline constexpr auto unsent_wait_at_stop_max = 2000ms;
// A frame that has begun must be complete in this time (slow-loris).
inline constexpr auto partial_frame_wait_max = 30000ms;
// A request without a deadline of its own gets this one; a longer one is cut to the maximum.
inline constexpr auto request_deadline_default = 60000ms;
inline constexpr auto request_deadline_max = 600000ms;
// What a client takes for a time to come again: a year, longer than any rate's period.
inline constexpr std::int64_t retry_after_seconds_max = 366LL * 24 * 60 * 60;
// An error's message may list every mistake of a configuration; more helps nobody.
inline constexpr std::size_t error_message_bytes_max = 16U << 10;

}  // namespace chancery::limits
