#include "daemon/config/toml/document.h"

#include <toml++/toml.h>
#include <algorithm>
#include <array>

#include "core/base/limits/configuration.h"
#include "daemon/config/toml/lines.h"

namespace chancery::daemon {
namespace {

ConfigTable convert(const toml::table& table);

OtherValue other_kind(const toml::node& node) {
  if (node.is_floating_point()) return {"a number with a fraction"};
  if (node.is_date()) return {"a date"};
  if (node.is_time()) return {"a time"};
  return {"a date and time"};
}

ConfigValue convert(const toml::node& node) {
  const unsigned line = node.source().begin.line;
  if (const auto* text = node.as_string()) return {line, text->get()};
  if (const auto* number = node.as_integer()) return {line, number->get()};
  if (const auto* flag = node.as_boolean()) return {line, flag->get()};
  if (const auto* table = node.as_table()) return {line, convert(*table)};
  if (const auto* array = node.as_array()) {
    std::vector<ConfigValue> values;
    for (const toml::node& element : *array) values.push_back(convert(element));
    return {line, std::move(values)};
  }
  return {line, other_kind(node)};
}

ConfigTable convert(const toml::table& table) {
  ConfigTable converted{.line = table.source().begin.line, .entries = {}};
  for (const auto& [key, node] : table) {
    converted.entries.push_back({std::string(key.str()), key.source().begin.line, convert(node)});
  }
  return converted;
}

// What to leave out so that reading can go on behind the mistake, without inventing others.
bool skip_mistake(TomlLines& lines, unsigned line, std::string_view description) {
  if (description.find("redefine") != std::string_view::npos) {
    return lines.is_header(line) ? lines.blank_section(line) : lines.blank_entry(line);
  }
  // An unclosed list or string is noticed where the next section begins.
  if (lines.is_header(line) && line > 1) lines.blank_section(line - 1);
  return lines.blank_section(line);
}

}  // namespace

Document parse_document(std::string_view text) {
  Document document;
  TomlLines lines{std::string(text)};
  if (const unsigned line = lines.find_deep_key()) {
    document.problems.push_back({line, "a key with so many dots; keys here have none"});
    document.is_whole = false;
    return document;
  }
  while (document.problems.size() < limits::configuration_problems_max) {
    try {
      document.root = convert(toml::parse(lines.text()));
      return document;
    } catch (const toml::parse_error& error) {
      const unsigned line = error.source().begin.line;
      document.is_whole = false;
      document.problems.push_back({line, "not TOML: " + std::string(error.description())});
      if (!skip_mistake(lines, line, error.description())) return document;
    } catch (const std::exception& error) {
      document.is_whole = false;
      document.problems.push_back({0, "not TOML: " + std::string(error.what())});
      return document;
    }
  }
  return document;
}

const ConfigEntry* find_entry(const ConfigTable& table, std::string_view key) {
  const auto found = std::ranges::find(table.entries, key, &ConfigEntry::key);
  return found == table.entries.end() ? nullptr : &*found;
}

std::string_view kind_of(const ConfigValue& value) {
  constexpr std::array<std::string_view, 5> kinds = {"a string", "a whole number", "true or false",
                                                     "a list", "a table"};
  if (const auto* other = std::get_if<OtherValue>(&value.data)) return other->kind;
  return kinds[value.data.index()];
}

}  // namespace chancery::daemon
