// The rules and their tests, from tables to values, and what must hold between them and the
// profiles. They are in the configuration itself or in a file of their own. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/config/toml/table_reader.h"

namespace chancery::daemon {

// [policy]
void read_policy(const ConfigTable& table, Config& config, ProblemList& problems);

// Every [[rule]] and [[test]] below `root`, into `config`, whose profiles have been read.
void read_rules(TableReader& root, const Host& host, Config& config, ProblemList& problems);
// The same from the text of a rules' file, which holds nothing else.
void parse_rules(std::string_view toml, const Host& host, Config& config, ProblemList& problems);

// --- What read_rules() is made of ---

policy::Rule read_rule(const ConfigTable& table, const Host& host, ProblemList& problems);
// What a rule asks for beyond subjects and profiles: kinds, types, artefacts, times, rates,
// methods.
void read_conditions(TableReader& reader, policy::Rule& rule);
RuleTest read_rule_test(const ConfigTable& table, const Host& host, ProblemList& problems);

// One user or group, by number or by a name that the host knows.
using LookUp = std::function<std::optional<std::uint32_t>(const std::string&)>;
struct IdKind {
  std::string_view what;  // "user"
  const LookUp& look_up;
};
std::optional<std::uint32_t> read_id(TableReader& reader, std::string_view key, const IdKind& kind,
                                     const ConfigValue& value);
std::vector<std::uint32_t> read_ids(TableReader& reader, std::string_view key, const IdKind& kind);
// Texts, each for itself; not empty, without control characters.
std::vector<std::string> read_texts(TableReader& reader, std::string_view key,
                                    std::string_view expected);

// Design promise 7: no rule promises what its key's kind does not hold.
void check_promises(const Config& config, const std::vector<const ConfigTable*>& tables,
                    ProblemList& problems);

}  // namespace chancery::daemon
