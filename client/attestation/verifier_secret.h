// A verifier's secret: 32 random bytes in hex, in a file that nobody else may read.
#pragma once

#include <filesystem>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace chancery::client {

// Errors: those of read_file; invalid_request FILE_MODE_UNSAFE, VERIFIER_SECRET_MALFORMED.
Result<Bytes> read_verifier_secret(const std::filesystem::path& path);

// Makes it where there is none. Errors besides: unavailable FILE_UNWRITABLE.
Result<Bytes> keep_verifier_secret(const std::filesystem::path& path);

}  // namespace chancery::client
