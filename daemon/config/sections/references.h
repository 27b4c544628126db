// What must hold between the sections of a configuration. Pure; any thread.
#pragma once

#include <vector>

#include "daemon/config/config.h"
#include "daemon/config/toml/table_reader.h"

namespace chancery::daemon {

// The tables that the sections of a Config were read from, in the same order: for lines.
struct SectionTables {
  const ConfigTable* log = nullptr;
  std::vector<const ConfigTable*> backends;
  std::vector<const ConfigTable*> profiles;
  std::vector<const ConfigTable*> logs;
  std::vector<const ConfigTable*> authorities;
  std::vector<const ConfigTable*> signing_configs;
};

// Names that are given once and found where they are referred to; keys that keep to one kind of
// content; answers that are kept as long as they are promised.
void check_references(const Config& config, const SectionTables& tables, ProblemList& problems);

// Whether a name may stand for a section. One without a good name of its own may be the one meant.
bool may_refer(const std::string& name, const std::vector<std::string>& names);
void refuse_repeated(std::string_view kind, const std::vector<std::string>& names,
                     const std::vector<const ConfigTable*>& tables, ProblemList& problems);

}  // namespace chancery::daemon
