#include "daemon/config/toml/table_reader.h"

#include <algorithm>
#include <filesystem>

#include "core/base/ascii.h"
#include "core/base/limits/statements.h"
#include "core/base/utf8.h"
#include "daemon/config/toml/nearest_name.h"

namespace chancery::daemon {
namespace {

constexpr std::size_t quoted_bytes_max = 80;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_name_character(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
}

}  // namespace

std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text.substr(0, quoted_bytes_max)) quoted += is_control(c) ? '?' : c;
  return quoted + (text.size() > quoted_bytes_max ? "...\"" : "\"");
}

std::string find_name_fault(std::string_view name) {
  if (name.empty()) return "is empty";
  if (name.size() > limits::name_bytes_max) {
    return "is longer than " + std::to_string(limits::name_bytes_max) + " characters";
  }
  if (!std::ranges::all_of(name, is_name_character)) {
    return "may hold only letters, digits, '-', '_' and '.'";
  }
  if (name.front() == '.' || name.front() == '-') return "may not begin with '.' or '-'";
  return "";
}

unsigned line_of(const ConfigTable& table, std::string_view key) {
  const ConfigEntry* entry = find_entry(table, key);
  return entry == nullptr ? table.line : entry->line;
}

std::string place_of(std::string_view kind, const ConfigTable& table) {
  const ConfigEntry* name = find_entry(table, "name");
  const auto* text = name == nullptr ? nullptr : std::get_if<std::string>(&name->value.data);
  return "[[" + std::string(kind) + "]]" + (text == nullptr ? "" : " " + quote(*text));
}

TableReader::TableReader(const ConfigTable& table, std::string place, ProblemList& problems)
    : table_(table), place_(std::move(place)), problems_(problems) {}

const ConfigValue* TableReader::any(std::string_view key) {
  asked_.emplace_back(key);
  const ConfigEntry* entry = find_entry(table_, key);
  return entry == nullptr ? nullptr : &entry->value;
}

void TableReader::refuse(std::string_view key, std::string_view message) {
  problems_.add(line_of(key), place_ + ": " + std::string(key) + " " + std::string(message));
}

void TableReader::refuse_kind(std::string_view key, const ConfigValue& value,
                              std::string_view expected) {
  refuse(key, "is " + std::string(kind_of(value)) + "; expected " + std::string(expected));
}

void TableReader::miss(std::string_view key, std::string_view expected) {
  problems_.add_missing(table_.line, place_ + ": " + std::string(key) + " is missing; expected " +
                                         std::string(expected));
}

std::optional<std::string> TableReader::text(std::string_view key, std::string_view expected) {
  const ConfigValue* value = any(key);
  if (value == nullptr) return std::nullopt;
  const auto* text = std::get_if<std::string>(&value->data);
  if (text == nullptr) {
    refuse_kind(key, *value, expected);
    return std::nullopt;
  }
  if (text->empty() || !is_plain_text(*text)) {
    refuse(key, (text->empty() ? "is empty; expected " : "has a control character; expected ") +
                    std::string(expected));
    return std::nullopt;
  }
  return *text;
}

std::optional<std::int64_t> TableReader::number(std::string_view key, std::int64_t min,
                                                std::int64_t max, std::string_view expected) {
  const ConfigValue* value = any(key);
  if (value == nullptr) return std::nullopt;
  const auto* number = std::get_if<std::int64_t>(&value->data);
  if (number == nullptr) {
    refuse_kind(key, *value, expected);
    return std::nullopt;
  }
  if (*number < min || *number > max) {
    refuse(key, "is " + std::to_string(*number) + "; expected " + std::string(expected));
    return std::nullopt;
  }
  return *number;
}

std::optional<bool> TableReader::flag(std::string_view key, std::string_view expected) {
  const ConfigValue* value = any(key);
  if (value == nullptr) return std::nullopt;
  const auto* flag = std::get_if<bool>(&value->data);
  if (flag == nullptr) {
    refuse_kind(key, *value, expected);
    return std::nullopt;
  }
  return *flag;
}

std::vector<ConfigValue> TableReader::list(std::string_view key, std::string_view expected) {
  const ConfigValue* value = any(key);
  if (value == nullptr) return {};
  const auto* values = std::get_if<std::vector<ConfigValue>>(&value->data);
  if (values == nullptr) {
    refuse_kind(key, *value, expected);
    return {};
  }
  if (values->empty()) refuse(key, "is empty; expected " + std::string(expected));
  return *values;
}

const ConfigTable* TableReader::table(std::string_view key) {
  const ConfigValue* value = any(key);
  if (value == nullptr) return nullptr;
  const auto* table = std::get_if<ConfigTable>(&value->data);
  if (table == nullptr) {
    refuse_kind(key, *value, "a section [" + std::string(key) + "], of which there is one");
  }
  return table;
}

std::vector<const ConfigTable*> TableReader::tables(std::string_view key) {
  const std::string expected =
      "sections [[" + std::string(key) + "]], of which there may be several";
  std::vector<const ConfigTable*> tables;
  const ConfigValue* value = any(key);
  if (value == nullptr) return tables;
  const auto* values = std::get_if<std::vector<ConfigValue>>(&value->data);
  if (values == nullptr) {
    refuse_kind(key, *value, expected);
    return tables;
  }
  for (const ConfigValue& element : *values) {
    const auto* table = std::get_if<ConfigTable>(&element.data);
    if (table == nullptr) {
      refuse_kind(key, element, expected);
    } else {
      tables.push_back(table);
    }
  }
  return tables;
}

std::optional<std::string> TableReader::path(std::string_view key, std::string_view expected) {
  std::optional<std::string> path = text(key, expected);
  if (!path) return std::nullopt;
  const std::filesystem::path parsed(*path);
  if (!parsed.is_absolute() || parsed.lexically_normal() != parsed) {
    refuse(key, "is " + quote(*path) + "; expected " + std::string(expected) +
                    ", absolute and without \"..\", \".\" or \"//\"");
    return std::nullopt;
  }
  return path;
}

std::optional<std::string> TableReader::name(std::string_view key, std::string_view expected) {
  std::optional<std::string> name = text(key, expected);
  if (!name) return std::nullopt;
  if (const std::string fault = find_name_fault(*name); !fault.empty()) {
    refuse(key, quote(*name) + " " + fault + "; expected " + std::string(expected));
    return std::nullopt;
  }
  return name;
}

std::string TableReader::required_text(std::string_view key, std::string_view expected) {
  if (!has(key)) miss(key, expected);
  return text(key, expected).value_or("");
}

std::string TableReader::required_name(std::string_view key, std::string_view expected) {
  if (!has(key)) miss(key, expected);
  return name(key, expected).value_or("");
}

std::vector<const ConfigEntry*> TableReader::others() const {
  std::vector<const ConfigEntry*> others;
  for (const ConfigEntry& entry : table_.entries) {
    if (std::ranges::find(asked_, entry.key) == asked_.end()) others.push_back(&entry);
  }
  return others;
}

void TableReader::refuse_others() {
  for (const ConfigEntry* entry : others()) {
    problems_.add(entry->line, place_ + ": unknown key " + quote(entry->key) +
                                   suggest_names(entry->key, asked_));
  }
}

}  // namespace chancery::daemon
