#include "daemon/config/sections/chosen_services.h"

#include <algorithm>

#include "core/base/limits/configuration.h"
#include "core/services/signing_config.h"

namespace chancery::daemon {
namespace {

using services::Selected;
using services::Service;

// Adds it where no section has that address for a name; one that has it must trust the same root.
template <typename Section>
bool add_once(std::vector<Section>& sections, std::vector<const ConfigTable*>& tables,
              const ConfigTable& table, Section section) {
  const auto same = std::ranges::find(sections, section.name, &Section::name);
  if (same != sections.end()) return same->trusted_root == section.trusted_root;
  sections.push_back(std::move(section));
  tables.push_back(&table);
  return true;
}

RekorSection log_section(const Service& log, const SigningConfigSection& from) {
  RekorSection section;
  section.name = log.url;
  section.version = static_cast<int>(log.major_version);
  section.url = log.url;
  section.trusted_root = from.trusted_root;
  section.line = from.line;
  return section;
}

AuthoritySection authority_section(const Service& authority, const SigningConfigSection& from) {
  AuthoritySection section;
  section.name = authority.url;
  section.url = authority.url;
  section.trusted_root = from.trusted_root;
  section.line = from.line;
  return section;
}

std::vector<std::string> urls_of(const std::vector<Service>& services) {
  std::vector<std::string> urls;
  for (const Service& service : services) urls.push_back(service.url);
  return urls;
}

Result<Selected> choose(const Host& host, const SigningConfigSection& section) {
  const std::string text = TRY(host.read_signing_config(section.file));
  return services::select_services(TRY(services::parse_signing_config(text)), host.now());
}

void use(const Selected& selected, const SigningConfigSection& section, Config& config) {
  for (ProfileSection& profile : config.profiles) {
    if (profile.signing_config != section.name) continue;
    profile.logs = urls_of(selected.logs);
    profile.authorities = urls_of(selected.authorities);
    profile.timestamps_required = static_cast<unsigned>(selected.timestamps);
  }
}

}  // namespace

void choose_services(const Host& host, Config& config, SectionTables& tables,
                     ProblemList& problems) {
  for (std::size_t i = 0; i < config.remote.signing_configs.size(); ++i) {
    const SigningConfigSection& section = config.remote.signing_configs[i];
    if (section.file.empty() || section.name.empty()) continue;  // told already
    const ConfigTable& table = *tables.signing_configs[i];
    const auto refuse = [&](const std::string& why) {
      problems.add(line_of(table, "file"),
                   place_of("signing_config", table) + ": " + section.file.string() + ": " + why);
    };
    const Result<Selected> selected = choose(host, section);
    if (!selected.ok()) {
      refuse(selected.error().message);
      continue;
    }
    if (selected->timestamps > limits::timestamps_required_max) {
      refuse("asks for more than " + std::to_string(limits::timestamps_required_max) +
             " timestamps");
      continue;
    }
    bool is_clear = true;
    for (const Service& log : selected->logs) {
      is_clear &= add_once(config.remote.logs, tables.logs, table, log_section(log, section));
    }
    for (const Service& authority : selected->authorities) {
      is_clear &= add_once(config.remote.authorities, tables.authorities, table,
                           authority_section(authority, section));
    }
    if (!is_clear) refuse("lists a service that another section trusts by another trusted_root");
    use(*selected, section, config);
  }
}

}  // namespace chancery::daemon
