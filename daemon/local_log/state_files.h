// The small files of Tessera's POSIX layout: what they are called and what they hold.
#pragma once

#include <string>
#include <string_view>

#include "daemon/journal/journal.h"

namespace chancery::daemon::state_files {

inline constexpr const char* checkpoint = "checkpoint";
inline constexpr const char* directory = ".state";
inline constexpr const char* version = ".state/version";
inline constexpr const char* tree_state = ".state/treeState";
inline constexpr const char* collection_state = ".state/gcState";
inline constexpr const char* locks[] = {".state/treeState.lock", ".state/publish.lock",
                                        ".state/gcState.lock"};

inline constexpr std::string_view version_text = "1";
inline constexpr std::size_t bytes_max = 4096;  // of each but the checkpoint

// {"size":5,"root":"..."}: how far tiles and bundles reach. Error: corrupt LOG_DAMAGED.
std::string write_tree_state(const Projection& tree);
Result<Projection> parse_tree_state(std::string_view text);

// {"fromSize":5}: the partial tiles before it are gone. Error: corrupt LOG_DAMAGED.
std::string write_collection_state(std::uint64_t from_size);
Result<std::uint64_t> parse_collection_state(std::string_view text);

}  // namespace chancery::daemon::state_files
