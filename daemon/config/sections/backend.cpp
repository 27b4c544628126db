// [[backend]]: where keys live.
#include <algorithm>

#include "daemon/config/sections/sections.h"
#include "daemon/config/toml/nearest_name.h"

namespace chancery::daemon {
namespace {

std::optional<std::string> join_options(const std::vector<ConfigValue>& values) {
  std::string joined;
  for (const ConfigValue& value : values) {
    const auto* text = std::get_if<std::string>(&value.data);
    if (text == nullptr || text->find(',') != std::string::npos) return std::nullopt;
    joined += (joined.empty() ? "" : ", ") + *text;
  }
  return joined;
}

// Options go to the backend as text, lists with commas; it knows what they mean.
std::optional<std::string> option_text(const ConfigValue& value) {
  if (const auto* list = std::get_if<std::vector<ConfigValue>>(&value.data)) {
    return join_options(*list);
  }
  if (const auto* text = std::get_if<std::string>(&value.data)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value.data)) return std::to_string(*number);
  if (const auto* flag = std::get_if<bool>(&value.data)) return *flag ? "true" : "false";
  return std::nullopt;
}

void read_options(TableReader& backend, BackendConfig& config) {
  for (const ConfigEntry* entry : backend.others()) {
    if (std::optional<std::string> text = option_text(entry->value)) {
      config.options.emplace_back(entry->key, std::move(*text));
    } else {
      backend.refuse(entry->key,
                     "is " + std::string(kind_of(entry->value)) +
                         "; expected a string, a list of strings, a whole number, true or "
                         "false");
    }
  }
}

// The line of the option that a backend complains of, as far as its words tell.
unsigned find_blamed_line(const TableReader& backend, const BackendConfig& config,
                          std::string_view complaint) {
  for (const auto& [option, value] : config.options) {
    if (complaint.find(option) != std::string_view::npos) return backend.line_of(option);
  }
  return backend.line();
}

}  // namespace

BackendSection read_backend(const ConfigTable& table, std::span<const BackendType> types,
                            ProblemList& problems) {
  TableReader reader(table, place_of("backend", table), problems);
  BackendSection backend;
  backend.line = reader.line();
  backend.config.name = reader.required_name("name", "a name of your choice");
  std::vector<std::string> known;
  for (const BackendType& type : types) known.emplace_back(type.name);
  backend.type = reader.required_text("type", "where the keys live, such as \"software\"");
  read_options(reader, backend.config);
  if (backend.type.empty()) return backend;
  const auto type = std::ranges::find(types, backend.type, &BackendType::name);
  if (type == types.end()) {
    reader.refuse("type", quote(backend.type) + " is unknown" + suggest_names(backend.type, known));
    return backend;
  }
  for (const std::string& complaint : type->check(backend.config)) {
    problems.add(find_blamed_line(reader, backend.config, complaint),
                 place_of("backend", table) + ": " + complaint);
  }
  return backend;
}

}  // namespace chancery::daemon
