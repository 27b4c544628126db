// Limits: services elsewhere, what they are sent and answer, and how they are asked. Each bound
// with its reason; all of them are in this folder.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "core/base/limits/socket.h"

namespace chancery::limits {

using namespace std::chrono_literals;

// A Rekor v2 of 2026 takes bodies of 4 MiB, and an entry of 64 KiB never needs them; Rekor v1 gets
// whole envelopes, and SBOMs reach tens of MiB.
inline constexpr std::size_t log_request_bytes_max = 32U << 20;
// An entry of 64 KiB twice in base64, its proof, and a checkpoint with many witnesses.
inline constexpr std::size_t log_answer_bytes_max = 512U << 10;
// With all certificates inside, of an authority with RSA-4096 keys, it has 8 KiB.
inline constexpr std::size_t timestamp_answer_bytes_max = 64U << 10;
inline constexpr std::size_t timestamp_nonce_bytes = 8;  // 64 bits, as sigstore-go
// A time farther from ours than this means that one of the two clocks is wrong.
inline constexpr auto clock_difference_max = std::chrono::minutes(10);
// Leaf tiles that are searched at once for an entry in doubt: 4,096 entries, 128 KiB.
inline constexpr std::uint64_t log_search_tiles_max = 16;
// One reading: those tiles, each perhaps in a partial form first, and the nodes of a proof.
inline constexpr std::size_t log_files_per_reading_max = 64;
inline constexpr std::size_t signing_config_bytes_max = 1U << 20;

// An add that is cut short makes Rekor v2.3.0 fail those that wait beside it; after so long it is
// in doubt, and looked for.
inline constexpr auto log_add_max = 120000ms;
inline constexpr auto log_read_max = 30000ms;
inline constexpr auto timestamp_wait_max = 15000ms;
// In flight at one service: what Rekor v2 puts in one batch, and our connections to a host.
inline constexpr std::size_t destination_window_max = 256;
// After a failure a service is left alone, twice as long each time: Rekor v2 says 499 again to
// whoever asks within a second, and one that was away is asked again within a minute.
inline constexpr auto destination_pause_min = 1000ms;
inline constexpr auto destination_pause_max = 60000ms;
inline constexpr auto retry_after_max = std::chrono::hours(1);  // a service may ask for no more
// A size of the log that was seen so long ago is still a lower bound, but makes searches long.
inline constexpr auto log_size_life = 60000ms;
// Replicas and caches of a log's files follow within seconds, some within minutes; entries that
// were answered for longer ago than this, and are not there, are gone.
inline constexpr auto log_lag_max = std::chrono::minutes(10);
// Requests that wait for one service elsewhere, in memory: as many as may be in flight.
inline constexpr std::size_t unresolved_max = requests_in_flight_max;
// Of what has left before its logs had it, so many are in memory at once for each log, twice what
// it has in flight; the others lie in the journal. The limit is on their statements too, which a
// log of Rekor v1 is sent whole.
inline constexpr std::size_t backlog_carried_max = 2 * destination_window_max;
inline constexpr std::uint64_t backlog_bytes_max = 64U << 20;
// How often it is looked for what is overdue, and for what could not be taken before.
inline constexpr auto backlog_look_interval = 1000ms;
// The same alarm of the same service is told again after so long: a journal of today shows what
// still stands, and is not filled by one log and hundreds of clients.
inline constexpr auto service_alarm_interval = std::chrono::hours(1);
// Before a caller's own deadline: so that a receipt still reaches it.
inline constexpr auto receipt_margin = 250ms;

}  // namespace chancery::limits
