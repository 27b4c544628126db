// What the daemon would answer, without signing.
#pragma once

#include <string>
#include <string_view>

#include "chancery/v1/policy.pb.h"
#include "client/requests/daemon_options.h"
#include "client/terminal/report.h"

namespace chancery::client {

// Asks, and says the answer: one line, or a JSON object. `subject` is what it is about.
ExitStatus explain(const DaemonOptions& options, std::string_view subject,
                   const v1::ExplainRequest& request);

}  // namespace chancery::client
