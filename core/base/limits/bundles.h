// Limits: bundles and roots that we read. Each bound with its reason; all of them are in this
// folder.
#pragma once

#include <cstddef>
#include <cstdint>

namespace chancery::limits {

inline constexpr std::size_t bundle_bytes_max = 128U << 20;  // a 64 MiB payload in base64, and more
inline constexpr std::size_t trusted_root_bytes_max = 8U << 20;
inline constexpr std::size_t bundle_log_entries_max = 32;  // as sigstore-go
inline constexpr std::size_t bundle_timestamps_max = 32;   // as sigstore-go
inline constexpr std::size_t scts_asked_for_max = 32;      // Fulcio embeds one, the web's CAs three
inline constexpr std::size_t bundle_certificates_max = 16;  // paths have at most ten
// Between leaf and root: a few; no CA of Sigstore's kind is deeper.
inline constexpr int certificate_path_depth_max = 8;
// Fulcio's have 1 KiB, and post-quantum ones under 20. Each extension is compared with all others.
inline constexpr std::size_t certificate_bytes_max = 64U << 10;
inline constexpr std::size_t proof_hashes_max = 64;  // a tree of 2^63 entries has 63
inline constexpr std::size_t checkpoint_bytes_max = 64U << 10;
inline constexpr std::size_t checkpoint_signatures_max = 64;  // the log, and up to 63 witnesses
// As many checkpoints as a batch may span: a log publishes one for hundreds of entries.
inline constexpr std::size_t verified_notes_max = 32;
// The authorities that sign and stamp for one organisation, and a batch's newest leaves.
inline constexpr std::size_t verified_certificates_max = 64;
// Those of a bundle, and of a few more about the same artefact.
inline constexpr std::size_t recent_certificates_max = 8;
// RE2's default; a pattern that needs more is refused, never run slowly.
inline constexpr std::int64_t pattern_memory_max = 8 << 20;
inline constexpr std::size_t entry_bytes_max = 65535;  // tlog-tiles: u16 length prefix

}  // namespace chancery::limits
