// Every upper bound, with its reason. A queue, loop, size or wait without a line here is a bug.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace chancery::limits {

using namespace std::chrono_literals;

// --- The socket ---
// ttrpc's own limit on a message; stock clients refuse larger ones.
inline constexpr std::size_t frame_bytes_max = 4U << 20;
// What a unary request may carry: a statement of this size still fits one journal row comfortably.
inline constexpr std::size_t request_bytes_max = 1U << 20;
// A build host runs hundreds of jobs, each with one connection.
inline constexpr std::size_t connections_max = 1024;
// No user may take the whole socket; half leaves room for every other.
inline constexpr std::size_t connections_per_uid_max = 512;
// Over the limit a few more are accepted only to be told RESOURCE_EXHAUSTED.
inline constexpr std::size_t connections_refused_max = 64;
inline constexpr auto refused_connection_wait_max = 1000ms;
// Accepted and not yet answered, all connections together: what the queues below can hold.
inline constexpr std::size_t requests_in_flight_max = 4096;
inline constexpr std::size_t requests_in_flight_per_uid_max = 2048;  // half, as of connections
inline constexpr std::size_t requests_in_flight_per_connection_max = 512;
// Bytes of requests that have arrived and are not answered: what is small never comes near it.
inline constexpr std::size_t request_bytes_in_flight_max = 64U << 20;
inline constexpr std::size_t request_bytes_in_flight_per_uid_max = 32U << 20;
// Around the payload of a request: names, timeout, metadata.
inline constexpr std::size_t request_envelope_bytes_max = 16U << 10;
// Messages of a client stream that wait for the pool; past this its connection is not read from.
inline constexpr std::size_t stream_bytes_waiting_max = 2U << 20;
inline constexpr std::size_t stream_messages_waiting_max = 64;
// At a limit of connections, one of the same user that has been idle so long gives way to a new
// one: a thousand silent clients harm nobody, and a client at work is never cut off.
inline constexpr auto idle_before_giving_way = 1000ms;
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
// A frame that has begun must be complete in this time (slow-loris).
inline constexpr auto partial_frame_wait_max = 30000ms;
// A request without a deadline of its own gets this one; a longer one is cut to the maximum.
inline constexpr auto request_deadline_default = 60000ms;
inline constexpr auto request_deadline_max = 600000ms;
// An error's message may list every mistake of a configuration; more helps nobody.
inline constexpr std::size_t error_message_bytes_max = 16U << 10;

// --- What is signed ---
// An SBOM of a large image is tens of MiB; cosign's own cap on attestations is 128 MiB.
inline constexpr std::size_t statement_bytes_max = 64U << 20;
// All large statements together: two of the largest at once, the third waits its turn.
inline constexpr std::size_t statement_bytes_in_flight_max = 160U << 20;
// Above this a payload lies in a file beside the journal, so that one commit stays short.
inline constexpr std::size_t payload_bytes_in_journal_max = 1U << 20;
// in-toto statements nest a few levels; predicates (CycloneDX) reach about 20.
inline constexpr std::size_t json_depth_max = 64;
// Large documents are long lists; no format keeps so many members in one object.
inline constexpr std::size_t json_object_members_max = 100'000;
inline constexpr std::size_t statement_subjects_max = 1024;  // as sigstore-go
inline constexpr std::size_t subject_digests_max = 32;       // as sigstore-go
inline constexpr std::size_t name_bytes_max =
    256;  // profile, key, artefact names, idempotency keys
// A finished bundle up to this size is in the answer itself; a larger one is read as a stream.
inline constexpr std::size_t inline_bundle_bytes_max = 3U << 20;
// What one message of such a stream carries; a multiple of 3: whole base64 groups.
inline constexpr std::size_t bundle_chunk_bytes = 768U << 10;
// Streams to slow readers at once; each holds a thread.
inline constexpr unsigned bundle_stream_threads = 4;
inline constexpr auto idempotency_key_life_default = std::chrono::hours(24);

// --- Bundles and roots that we read ---
inline constexpr std::size_t bundle_bytes_max = 128U << 20;  // a 64 MiB payload in base64, and more
inline constexpr std::size_t trusted_root_bytes_max = 8U << 20;
inline constexpr std::size_t bundle_log_entries_max = 32;  // as sigstore-go
inline constexpr std::size_t bundle_timestamps_max = 32;   // as sigstore-go
inline constexpr std::size_t proof_hashes_max = 64;        // a tree of 2^63 entries has 63
inline constexpr std::size_t checkpoint_bytes_max = 64U << 10;
inline constexpr std::size_t checkpoint_signatures_max = 64;  // the log, and up to 63 witnesses
// As many checkpoints as a batch may span: a log publishes one for hundreds of entries.
inline constexpr std::size_t verified_notes_max = 32;
inline constexpr std::size_t entry_bytes_max = 65535;  // tlog-tiles: u16 length prefix

// --- Key hosts ---
inline constexpr std::size_t key_host_queue_max = 4096;  // as many as requests in flight
inline constexpr std::size_t key_host_message_bytes_max = 64U << 10;
// A first start may make keys: an RSA-4096 one took over ten seconds on a busy machine.
inline constexpr auto key_host_start_max = 60000ms;
// A device that has not answered in this time hangs: RSA-3072 in a slow TPM takes a second.
inline constexpr auto key_host_answer_max = 20000ms;
inline constexpr auto key_host_restart_delay_min =
    50ms;  // a crash at each start costs 2 % of a core
inline constexpr auto key_host_restart_delay_max = 5000ms;
// With the host at once: it never waits for us, and little is in doubt when it dies.
inline constexpr std::size_t key_host_window = 64;
// Past its deadline a request waits so long for the host's own word, which says more than ours.
inline constexpr auto key_host_late_answer_max = 250ms;
// Told to go, a host has so long to put its device in order.
inline constexpr auto key_host_exit_max = 2000ms;
inline constexpr std::size_t key_host_threads_max = 16;
inline constexpr std::size_t keys_per_backend_max = 1024;
inline constexpr std::size_t backend_options_max = 64;
inline constexpr std::size_t key_file_bytes_max = 64U << 10;  // RSA-4096 in PEM has 3.3 KiB
inline constexpr std::size_t passphrase_bytes_max = 1024;     // as OpenSSL's own prompt

// --- The journal ---
inline constexpr std::size_t journal_queue_max = 8192;
// One commit gathers at most so many: keeps the longest wait for the writer near 20 ms.
inline constexpr std::size_t journal_batch_max = 512;
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
// Signed and unfinished at a stop: at most what was in flight, and what our own verifier refused.
inline constexpr std::size_t unfinished_at_start_max = 2 * requests_in_flight_max;
inline constexpr auto shutdown_max = 35000ms;

// --- The local log ---
inline constexpr auto publish_interval_default = 100ms;
// Files written before they are synced together: some 40 bundles of ECDSA entries.
inline constexpr std::size_t log_batch_bytes_max = 4U << 20;
// Entries between two notes of how far partial tiles were removed: a start repeats the rest.
inline constexpr std::uint64_t log_collection_step = 16 * 256;
// Entries whose files wait (the disk is full): 64 bytes of memory and one journal row each.
inline constexpr std::uint64_t log_unpublished_entries_max = 200000;
// A checkpoint that could not be signed, files that could not be written: tried again.
inline constexpr auto log_retry_delay_min = 10ms;
inline constexpr auto log_retry_delay_max = 1000ms;
// Directories remembered as synced; past it they are synced once more. A log of a million entries
// has a dozen, and two for each partial tile.
inline constexpr std::size_t log_known_directories_max = 1024;

// --- The command ---
// Large enough that reading costs few system calls, small enough to stay in the second-level cache.
inline constexpr std::size_t artifact_chunk_bytes = 256U << 10;
// A file up to this size is hashed in a tenth of a second: answers may wait that long unread.
inline constexpr std::uint64_t quickly_hashed_bytes_max = 64U << 20;
// Requests that one `chancery sign` keeps waiting: fills the daemon's batches, and their answers
// (about 3 KiB each) fit the socket's buffer while the next file is hashed.
inline constexpr std::size_t client_requests_in_flight_max = 48;
inline constexpr auto client_retry_delay_min = 50ms;  // a daemon that restarts is back in this time
inline constexpr auto client_retry_delay_max = 2000ms;
// How often `chancery wait` looks: soon enough for a person, rare enough for the daemon.
inline constexpr auto client_wait_interval = 200ms;
inline constexpr std::size_t public_key_bytes_max = 64U << 10;  // PEM; RSA-4096 has 800 bytes
// Work that is done sooner shows no progress; then an eye follows about ten drawings a second.
inline constexpr auto progress_silence = 700ms;
inline constexpr auto progress_interval = 100ms;

// --- Configuration ---
inline constexpr std::size_t configuration_bytes_max = 1U << 20;
// More than a person mends at once; a binary file would fill the screen with them.
inline constexpr std::size_t configuration_problems_max = 100;
// Each is a process with its own memory.
inline constexpr std::size_t backends_max = 16;
inline constexpr std::size_t socket_path_bytes_max = 107;  // sockaddr_un::sun_path, less its NUL
// Bundles of a quarter stay at hand; a year of a busy build host would be hundreds of GiB.
inline constexpr auto archive_life_default = std::chrono::hours(24 * 90);
inline constexpr int archive_days_max = 36500;
// Below it a replaced file costs more than it says; above it stock clients wait for nothing.
inline constexpr int publish_interval_ms_min = 10;
inline constexpr int publish_interval_ms_max = 60000;

}  // namespace chancery::limits
