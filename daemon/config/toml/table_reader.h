// Reads one table of the configuration key by key, and says of each mistake what was expected.
// Lives while one configuration is read; the table must outlive it. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/toml/document.h"
#include "daemon/config/toml/problem.h"

namespace chancery::daemon {

// The line of a key, or of its table where the key is absent.
unsigned line_of(const ConfigTable& table, std::string_view key);

// How messages name one of several sections: [[profile]] "release".
std::string place_of(std::string_view kind, const ConfigTable& table);

class TableReader {
 public:
  // `place` is how messages name it: "[server]", "profile \"release\"".
  TableReader(const ConfigTable& table, std::string place, ProblemList& problems);

  // Each: nothing where the key is absent or wrong; `expected` ends the message for a wrong one.
  std::optional<std::string> text(std::string_view key, std::string_view expected);
  std::optional<std::int64_t> number(std::string_view key, std::int64_t min, std::int64_t max,
                                     std::string_view expected);
  std::optional<bool> flag(std::string_view key, std::string_view expected);
  std::vector<ConfigValue> list(std::string_view key, std::string_view expected);
  const ConfigTable* table(std::string_view key);                // `[key]`, at most one
  std::vector<const ConfigTable*> tables(std::string_view key);  // `[[key]]`, any number
  // Absolute, without "..".
  std::optional<std::string> path(std::string_view key, std::string_view expected);
  // Of letters, digits, '-', '_' and '.'.
  std::optional<std::string> name(std::string_view key, std::string_view expected);
  const ConfigValue* any(std::string_view key);  // of whatever kind
  // The same, missed when absent.
  std::string required_text(std::string_view key, std::string_view expected);
  std::string required_name(std::string_view key, std::string_view expected);

  // What is there besides the keys asked for so far.
  std::vector<const ConfigEntry*> others() const;
  void refuse_others();

  bool has(std::string_view key) const { return find_entry(table_, key) != nullptr; }
  unsigned line() const { return table_.line; }
  unsigned line_of(std::string_view key) const { return daemon::line_of(table_, key); }
  // "profile "release": key: ..."; the problem lies at the key's line.
  void refuse(std::string_view key, std::string_view message);
  // The key is needed and absent.
  void miss(std::string_view key, std::string_view expected);

 private:
  void refuse_kind(std::string_view key, const ConfigValue& value, std::string_view expected);

  const ConfigTable& table_;
  std::string place_;
  ProblemList& problems_;
  std::vector<std::string> asked_;
};

// What is wrong with a name that people and files are to use, or an empty string.
std::string find_name_fault(std::string_view name);

// In quotes, shortened, without control characters: fit for a message.
std::string quote(std::string_view text);

}  // namespace chancery::daemon
