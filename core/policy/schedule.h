// When a rule holds, in UTC. Pure; any thread.
#pragma once

#include <bitset>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/deadline.h"

namespace chancery::policy {

// From a minute of the day to before another. Where `until` is not the later one it is of the next
// day, and the whole belongs to the day on which it begins.
struct Hours {
  std::chrono::minutes from{0};
  std::chrono::minutes until{0};

  std::chrono::minutes length() const;
};

struct Schedule {
  std::bitset<7> days = std::bitset<7>().set();  // by std::chrono::weekday::c_encoding()
  std::vector<Hours> hours = {};                 // any of them; empty: the whole day

  bool contains(WallTime time) const;
  std::string words() const;  // "on mon, tue, from 08:00 to 18:00 UTC"
};

// "mon", by c_encoding() as well.
std::optional<unsigned> parse_day(std::string_view text);
// "08:00-18:00", minutes from 00:00 to 24:00.
std::optional<Hours> parse_hours(std::string_view text);
std::string moment_words(WallTime time);  // "sat 12:34 UTC"

}  // namespace chancery::policy
