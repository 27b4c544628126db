// Limits: what is signed. Each bound with its reason; all of them are in this folder.
#pragma once

#include <chrono>
#include <cstddef>

namespace chancery::limits {

// An SBOM of a large image is tens of MiB; cosign's own cap on attestations is 128 MiB.
inline constexpr std::size_t statement_bytes_max = 64U << 20;
// All statements together, those that wait for a log too: two of the largest at once, the third
// waits its turn. The daemon's memory stays below twice this
// (tests/end_to_end/large_statement_test.cpp).
inline constexpr std::size_t statement_bytes_in_flight_max = 160U << 20;
// Of one user, one of the largest: two users together still leave a share to a third.
inline constexpr std::size_t statement_bytes_in_flight_per_uid_max = statement_bytes_max;
// Who finds no memory for a statement comes again after so long: one of the largest takes about two
// seconds from its first byte to its answer, most take a tenth of that.
inline constexpr auto statement_retry_after = std::chrono::milliseconds(500);
// Above this a payload lies in a file beside the journal, so that one commit stays short.
inline constexpr std::size_t payload_bytes_in_journal_max = 1U << 20;
// in-toto statements nest a few levels; predicates (CycloneDX) reach about 20.
inline constexpr std::size_t json_depth_max = 64;
// Large documents are long lists; no format keeps so many members in one object.
inline constexpr std::size_t json_object_members_max = 100'000;
// Of a document, kept at once: some 30 MiB if each is an object. The most that is needed has a
// statement of 1024 subjects with 32 digests each, 36,000; bundles and trusted roots have some
// thousands.
inline constexpr std::size_t json_values_max = 200'000;
inline constexpr std::size_t statement_subjects_max = 1024;  // as sigstore-go
inline constexpr std::size_t subject_digests_max = 32;       // as sigstore-go
inline constexpr std::size_t name_bytes_max =
    256;  // profile, key, artefact names, idempotency keys
// A finished bundle up to this size is in the answer itself; a larger one is read as a stream.
inline constexpr std::size_t inline_bundle_bytes_max = 3U << 20;
// What one message of such a stream carries; a multiple of 3: whole base64 groups.
inline constexpr std::size_t bundle_chunk_bytes = 768U << 10;
inline constexpr auto idempotency_key_life_default = std::chrono::hours(24);

}  // namespace chancery::limits
