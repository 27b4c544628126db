// TOML text as plain values, each with its line. The one file behind it knows toml++ and catches
// what it throws. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/config/toml/problem.h"

namespace chancery::daemon {

struct ConfigValue;
struct ConfigEntry;

struct ConfigTable {
  unsigned line = 0;
  std::vector<ConfigEntry> entries;  // in the order of their names
};

// What no key of ours takes: its kind in words.
struct OtherValue {
  std::string_view kind;
};

struct ConfigValue {
  unsigned line = 0;
  std::variant<std::string, std::int64_t, bool, std::vector<ConfigValue>, ConfigTable, OtherValue>
      data;
};

struct ConfigEntry {
  std::string key;
  unsigned line = 0;
  ConfigValue value;
};

struct Document {
  ConfigTable root;
  std::vector<ConfigProblem> problems;
  // False after a mistake in the TOML itself: parts are left out, so what is not there may well
  // have been written.
  bool is_whole = true;
};

// Goes on behind a mistake where it can, to tell all of them at once.
Document parse_document(std::string_view text);

const ConfigEntry* find_entry(const ConfigTable& table, std::string_view key);

// "a whole number", "a list": for messages.
std::string_view kind_of(const ConfigValue& value);

}  // namespace chancery::daemon
