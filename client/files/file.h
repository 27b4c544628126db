// Small files, read whole with a bound and replaced so that nobody ever sees half of one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace chancery::client {

// A file of a known kind: "bundle", "trusted root", for the messages. "-" is standard input.
// Errors: not_found FILE_NOT_FOUND; unavailable FILE_UNREADABLE; invalid_request FILE_TOO_LARGE,
// FILE_IS_DIRECTORY.
Result<std::string> read_file(const std::filesystem::path& path, std::string_view kind,
                              std::size_t bytes_max);

// Errors: not_found FILE_NOT_FOUND; unavailable FILE_UNREADABLE: in a folder that is shut.
Result<void> check_is_there(const std::filesystem::path& path);

// Whether replace_file would, as far as can be seen before. Errors: as there.
Result<void> check_replaceable(const std::filesystem::path& path);

// Writes beside the target, syncs, renames; what is under /dev is written to instead. Errors:
// unavailable FILE_UNWRITABLE; invalid_request FILE_NOT_ORDINARY: a link, a pipe, a directory.
Result<void> replace_file(const std::filesystem::path& path, std::string_view bytes);

Error cannot_write(const std::filesystem::path& path, int error_number);  // FILE_UNWRITABLE

}  // namespace chancery::client
