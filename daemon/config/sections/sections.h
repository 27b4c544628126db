// Each kind of section, from its table to its values. They look at nothing but their own section;
// what must hold between sections is in references.h. Pure; any thread.
#pragma once

#include <span>

#include "daemon/config/config.h"
#include "daemon/config/toml/table_reader.h"

namespace chancery::daemon {

// [server], [state], [archive], [audit], [metrics], [log]
void read_server(const ConfigTable& table, Config& config, ProblemList& problems);
void read_state(const ConfigTable& table, Config& config, ProblemList& problems);
void read_archive(const ConfigTable& table, Config& config, ProblemList& problems);
void read_audit(const ConfigTable& table, Config& config, ProblemList& problems);
void read_metrics(const ConfigTable& table, Config& config, ProblemList& problems);
void read_log(const ConfigTable& table, Config& config, ProblemList& problems);

// [remote], [[rekor]], [[timestamp_authority]], [[signing_config]], and what a [[profile]] says of
// them
void read_remote(const ConfigTable& table, Config& config, ProblemList& problems);
RekorSection read_rekor(const ConfigTable& table, ProblemList& problems);
AuthoritySection read_authority(const ConfigTable& table, ProblemList& problems);
SigningConfigSection read_signing_config(const ConfigTable& table, ProblemList& problems);
void read_elsewhere(TableReader& reader, ProfileSection& profile);

// [[backend]], [[profile]]
BackendSection read_backend(const ConfigTable& table, std::span<const BackendType> types,
                            ProblemList& problems);
ProfileSection read_profile(const ConfigTable& table, ProblemList& problems);

}  // namespace chancery::daemon
