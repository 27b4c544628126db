// Limits: the journal. Each bound with its reason; all of them are in this folder.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "core/base/limits/socket.h"
#include "core/base/limits/statements.h"

namespace chancery::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t journal_queue_max = 8192;
// One commit gathers at most so many: keeps the longest wait for the writer near 20 ms.
inline constexpr std::size_t journal_batch_max = 512;
// Between the beginnings of two commits, for each request in flight. At 64 it is all of the second
// figure: a device that signs one at a time costs a third less CPU for each signature than with a
// commit for nearly every record.
inline constexpr std::chrono::microseconds journal_pace_per_request = 16us;
inline constexpr std::chrono::microseconds journal_pace_max = 1000us;
// Checked whole at start up to this size: about 10 ms. Larger ones are checked in part.
inline constexpr std::size_t journal_check_bytes_max = 4U << 20;
// A checkpoint follows when the write-ahead log has grown by so many pages of 4 KiB: rarer ones
// copy fewer pages twice, but make the writer pause longer.
inline constexpr int journal_checkpoint_pages = 4096;
// The write-ahead log's file: that many pages with their headers, and what the last batch adds.
inline constexpr std::size_t journal_log_bytes = 18U << 20;
// Nothing new is accepted with less free than this, so that what was accepted can be finished:
// 4,096 requests in flight at 8 KiB each.
inline constexpr std::size_t journal_reserve_bytes = 32U << 20;
// Of an error kept in the journal; longer messages are cut.
inline constexpr std::size_t failure_message_bytes_max = 1024;
// The audit keeps so many refusals; the oldest go first, so that a denied client cannot fill the
// disk.
inline constexpr std::int64_t refusals_kept_max = 250000;
// Rows forgotten in one commit: keeps the others' wait for the writer short.
inline constexpr std::size_t journal_forget_batch_max = 4096;
// Of what was signed and unfinished at a stop, so many are finished at once after it: half of what
// may be in flight, the rest is for what is new. Of their statements no more are taken up from
// where they have so many bytes: with the last one, what two users may have.
inline constexpr std::size_t left_behind_at_once_max = requests_in_flight_max / 2;
inline constexpr std::size_t left_behind_bytes_max = statement_bytes_in_flight_per_uid_max;
inline constexpr std::size_t left_behind_page = 256;  // of the journal: ids alone
// Made overdue in one commit, each with its record in the audit.
inline constexpr std::size_t overdue_batch_max = 1024;
// Signed requests that could not be finished, remembered with their trouble: all that was in flight
// when the cause came, and as many left behind by an earlier run.
inline constexpr std::size_t stuck_requests_max = 2 * requests_in_flight_max;
// When they are tried again: soon where a disk was full for a moment, and rarely where it takes the
// operator.
inline constexpr auto stuck_delay_min = 1000ms;
inline constexpr auto stuck_delay_max = 60000ms;
inline constexpr auto stuck_look_interval = 1000ms;
inline constexpr auto shutdown_max = 35000ms;
// Of that the end, once all work is done: a slow device signs the last checkpoint and the audit's
// last head in it, and one that hangs is not waited for.
inline constexpr auto shutdown_end_max = 10000ms;
// So long after the daemon was told to end whoever still waits, for a log that hangs, is given a
// receipt: it takes a moment to reach all of them.
inline constexpr auto shutdown_receipts_after = 30000ms;

}  // namespace chancery::limits
