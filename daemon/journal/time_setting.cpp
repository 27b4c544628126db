#include "daemon/journal/time_setting.h"

#include <fmt/format.h>

#include <charconv>

namespace chancery::daemon {

Result<std::optional<WallTime>> time_setting(Journal& journal, std::string_view name) {
  const std::optional<std::string> text = TRY(journal.setting(name));
  if (!text) return std::optional<WallTime>();
  std::int64_t microseconds = 0;
  const auto [end, error] =
      std::from_chars(text->data(), text->data() + text->size(), microseconds);
  if (error != std::errc{} || end != text->data() + text->size()) {
    return corrupt("JOURNAL_DAMAGED", fmt::format("the setting {} is no time", name));
  }
  return std::optional(WallTime(std::chrono::microseconds(microseconds)));
}

Result<void> set_time_setting(Journal& journal, std::string_view name, WallTime time) {
  return journal.set_setting(name, std::to_string(time.time_since_epoch().count()));
}

}  // namespace chancery::daemon
