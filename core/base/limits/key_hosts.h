// Limits: key hosts. Each bound with its reason; all of them are in this folder.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace chancery::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t key_host_queue_max = 4096;  // as many as requests in flight
inline constexpr std::size_t key_host_message_bytes_max = 64U << 10;
// A first start may make keys: an RSA-4096 one took over ten seconds on a busy machine.
inline constexpr auto key_host_start_max = 60000ms;
// The daemon's own start waits so long for a backend whose keys are there already: a token logs in
// within two seconds, and systemd has patience for 90 s.
inline constexpr auto key_host_patience = 5000ms;
// A device that has not answered in this time hangs: RSA-3072 in a slow TPM takes a second. Where
// nobody waits for it, it may have another program's key to make: it has key_host_start_max.
inline constexpr auto key_host_answer_max = 20000ms;
// A device that nobody has used for so long is asked whether it is still there: as often as the
// metrics are written. The question costs a TPM on a slow bus 10 ms, a token in the network one
// round trip.
inline constexpr auto key_host_probe_interval = 10000ms;
inline constexpr auto key_host_restart_delay_min =
    50ms;  // a crash at each start costs 2 % of a core
inline constexpr auto key_host_restart_delay_max = 5000ms;
// A backend with an unusable key is opened anew when somebody asks for it, in case that it was
// mended: at first after so long, then ever more rarely, for it costs a login.
inline constexpr auto key_host_look_delay_min = 1000ms;
inline constexpr auto key_host_look_delay_max = 60000ms;
// With the host at once: it never waits for us, and little is in doubt when it dies.
inline constexpr std::size_t key_host_window = 64;
// Past its deadline a request waits so long for the host's own word, which says more than ours.
inline constexpr auto key_host_late_answer_max = 250ms;
// Told to go, a host has so long to put its device in order.
inline constexpr auto key_host_exit_max = 2000ms;
inline constexpr std::size_t key_host_threads_max = 16;
// Fits what a TPM takes as qualifying data beside a SHA-256 (TPM2B_DATA).
inline constexpr std::size_t challenge_bytes = 32;
// A chain of three certificates and a quote have under 8 KiB; all of it goes in one message.
inline constexpr std::size_t attestation_bytes_max = 48U << 10;
inline constexpr std::size_t attestation_parts_max = 16;
// A secret encrypted to an RSA-2048 endorsement key has 336 bytes.
inline constexpr std::size_t credential_bytes_max = 1024;
// The same in base64, with line breaks.
inline constexpr std::size_t attestation_file_bytes_max = 2 * attestation_bytes_max;
// A vendor's module that leaks: a thousand software keys and SoftHSM take a tenth of this.
inline constexpr std::size_t key_host_resident_bytes_max = 512U << 20;
inline constexpr std::uint64_t key_host_answers_per_look = 256;  // at its memory: 10 us each time
// The kernel's own limits on the process (setrlimit(2)). Its data: what a module may take within
// one call, before anybody looks; address space that nobody may write is not counted, so that a
// thread's reserve costs nothing. None on processor time: a host lives for months, and one that
// spins has key_host_answer_max.
inline constexpr std::uint64_t key_host_data_bytes_max = 4 * key_host_resident_bytes_max;
// The largest file that it writes is a token's store: a module's own log fills no disk.
inline constexpr std::uint64_t key_host_file_bytes_max = 64U << 20;
inline constexpr std::uint64_t key_host_descriptors_max =
    256;  // modules and drivers open a handful
inline constexpr std::size_t keys_per_backend_max = 1024;
inline constexpr std::size_t attribute_bytes_max = 16U << 10;  // an RSA-4096 modulus has 512
inline constexpr std::size_t token_list_max = 4096;  // slots or mechanisms: HSMs have hundreds
// Many tokens lock at the third wrong PIN: two leave one to whoever looks after it.
inline constexpr std::uint32_t pin_tries_unanswered_max = 2;
// Wrong PINs or values that are remembered: more than anybody tries in turn, and a file of one
// block.
inline constexpr std::size_t rejected_secrets_max = 64;
inline constexpr std::size_t signature_bytes_max = 1024;  // RSA-4096 has 512
inline constexpr std::size_t backend_options_max = 64;
inline constexpr std::size_t key_file_bytes_max = 64U << 10;  // RSA-4096 in PEM has 3.3 KiB
inline constexpr std::size_t passphrase_bytes_max = 1024;     // as OpenSSL's own prompt

}  // namespace chancery::limits
