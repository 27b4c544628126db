// A directory of key files: one key a file, NAME.pem, ours alone.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace chancery {

// Letters, digits, '.', '_', '-', not beginning with '.': what a file's name may hold everywhere.
bool is_key_name(std::string_view name);
// Error: invalid_request KEY_NAME_INVALID.
Result<void> check_key_name(std::string_view name);

// Of a key file. Error: invalid_request KEY_NAME_INVALID.
Result<std::string> key_name_of(const std::filesystem::path& path);
// The same for people, whatever the file is called.
std::string shown_name_of(const std::filesystem::path& path);

// Others who may write the directory could put keys of theirs in place of ours. Errors: unavailable
// FILE_OPEN_FAILED; invalid_request KEY_DIRECTORY_UNSAFE.
Result<void> check_key_directory(const std::filesystem::path& directory);
// The same, and nobody else may even enter it.
Result<void> check_private_directory(const std::filesystem::path& directory);
// In the order of their names. Errors: unavailable FILE_OPEN_FAILED; invalid_request TOO_MANY_KEYS.
Result<std::vector<std::filesystem::path>> key_files(const std::filesystem::path& directory);

// A new file of mode 0600, whole or not at all, durable once this returns. Errors: invalid_request
// KEY_EXISTS; KEY_FILE_WRITE_FAILED, unavailable or, once the file is there, outcome_unknown.
Result<void> write_key_file(const std::filesystem::path& path, ByteView pem);
// Gone for good once this returns. Errors: unavailable KEY_FILE_WRITE_FAILED; outcome_unknown
// KEY_FILE_WRITE_FAILED where a power cut might bring it back.
Result<void> remove_key_file(const std::filesystem::path& path);

}  // namespace chancery
