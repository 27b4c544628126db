// The lines of a written audit, from the daemon or from a file.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "client/requests/daemon_options.h"
#include "core/base/result.h"

namespace chancery::client {

// An error of it ends the reading, and is the reading's error.
using TakeLine = std::function<Result<void>(std::string_view line)>;

// Asks the daemon by `method` of the Audit service. Errors: the daemon's; corrupt ANSWER_MALFORMED.
Result<void> read_lines(const DaemonOptions& options, std::string_view method,
                        const std::string& request, const TakeLine& take);

// "-" is standard input. Errors: not_found FILE_NOT_FOUND, unavailable FILE_UNREADABLE,
// invalid_request FILE_TOO_LARGE (a line that is longer than any of an audit).
Result<void> read_lines(const std::string& path, const TakeLine& take);

}  // namespace chancery::client
