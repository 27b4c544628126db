// What the [[signing_config]] sections come to: sections of services, and what profiles ask of
// them.
#pragma once

#include "daemon/config/sections/references.h"

namespace chancery::daemon {

// For each signing config: of its services those that are chosen now become [[rekor]] and
// [[timestamp_authority]] sections of `config`, called by their addresses, and the profiles that
// name the signing config name these. Pure but for `host`; any thread.
void choose_services(const Host& host, Config& config, SectionTables& tables,
                     ProblemList& problems);

}  // namespace chancery::daemon
