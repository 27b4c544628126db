// Limits: the command, and the service on the system's bus. Each bound with its reason; all of
// them are in this folder.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace chancery::limits {

using namespace std::chrono_literals;

// Large enough that reading costs few system calls, small enough to stay in the second-level cache.
inline constexpr std::size_t artifact_chunk_bytes = 256U << 10;
// A file up to this size is hashed in a tenth of a second: answers may wait that long unread.
inline constexpr std::uint64_t quickly_hashed_bytes_max = 64U << 20;
// Requests that one `chancery sign` keeps waiting: fills the daemon's batches, and their answers
// (about 3 KiB each) fit the socket's buffer while the next file is hashed.
inline constexpr std::size_t client_requests_in_flight_max = 48;
inline constexpr auto client_retry_delay_min = 50ms;  // a daemon that restarts is back in this time
inline constexpr auto client_retry_delay_max = 2000ms;
// For the last answer before --timeout: a daemon that is full refuses within some milliseconds, on
// a loaded machine too.
inline constexpr auto client_last_try = 200ms;
// The time that a full daemon names is a second or two, and there may be room before it: the last
// try comes so much earlier, where --timeout is. That of a rate is mostly later, and certain.
inline constexpr auto client_retry_after_early_max = 2000ms;
// Without --timeout: a full daemon has worked off its queues within seconds, a restart and most
// logs take no longer; a build that has waited a minute should hear why.
inline constexpr std::uint64_t client_timeout_seconds_default = 60;
// A large archive is copied at the speed of the disk.
inline constexpr std::uint64_t client_backup_timeout_seconds_default = 600;
// A little less than the command's own patience: an answer given at the last moment must arrive.
inline constexpr auto client_answer_margin_max = 500ms;
// How long a writer looks at a full socket before it looks whether it should read instead.
inline constexpr auto client_full_socket_look = 100ms;
// poll(2) counts in an int; whoever waits longer waits again.
inline constexpr auto client_poll_max = 60'000ms;
// `chancery doctor`: below it somebody should look; the daemon itself stops at
// journal_reserve_bytes.
inline constexpr std::uint64_t doctor_free_bytes_low = 1U << 30;
// What --timeout takes: a year, longer than any log is waited for, and no clock overflows by it.
inline constexpr std::uint64_t timeout_seconds_max = 366U * 24 * 60 * 60;
// How often `chancery wait` looks: soon enough for a person, rare enough for the daemon.
inline constexpr auto client_wait_interval = 200ms;
inline constexpr std::size_t public_key_bytes_max = 64U << 10;  // PEM; RSA-4096 has 800 bytes
// Pure Ed25519 is over the artefact itself, which must be in memory then.
inline constexpr std::size_t whole_artifact_bytes_max = 256U << 20;
inline constexpr std::size_t policy_file_bytes_max = 1U
                                                     << 20;  // people write it: thousands of rules
// What `chancery verify` judges at once: a large mirror of packages; a name takes about 200 bytes.
inline constexpr std::size_t cases_max = 1'000'000;
inline constexpr std::size_t case_list_bytes_max = 256U << 20;  // as many lines as that
// Bundles judged before one whose artefact is slow to read: their verdicts are kept, some KiB each.
inline constexpr std::size_t verdicts_waiting_max = 4096;
// Of the bundles about one artefact, while it is hashed: thousands of them. Those beyond are read
// twice.
inline constexpr std::size_t bundles_kept_bytes_max = 16U << 20;
// Work that is done sooner shows no progress; then an eye follows about ten drawings a second.
inline constexpr auto progress_silence = 700ms;
inline constexpr auto progress_interval = 100ms;
// A request takes milliseconds, and a log may take two minutes to answer and be asked again: what
// is older than this is stuck.
inline constexpr auto unfinished_old_after = 5min;

// --- The service on the system's bus ---

// How often the daemon is asked how it is: a desktop or a monitor notices no second, and one small
// question in it costs the daemon a few microseconds.
inline constexpr auto bus_look_interval = 1s;
// A daemon that is alive answers this question from memory; what takes longer hangs.
inline constexpr auto bus_look_wait_max = 5s;
// D-Bus libraries give up after 25 s: a caller hears our reason rather than theirs.
inline constexpr auto bus_reload_wait_max = 20s;
// A person looks for a password that long; polkit itself waits without an end.
inline constexpr auto bus_authorization_wait_max = 120s;
// Calls that wait for polkit or the daemon, of everybody and of one user: people at a desktop, each
// with some dialogs open. Whoever leaves theirs unanswered keeps nobody else out.
inline constexpr std::size_t bus_calls_waiting_max = 64;
inline constexpr std::size_t bus_calls_waiting_per_user_max = 8;

}  // namespace chancery::limits
