// Times that the journal keeps as settings.
#pragma once

#include <optional>
#include <string_view>

#include "daemon/journal/journal.h"

namespace chancery::daemon {

// Nothing where it was never set. Errors: corrupt JOURNAL_DAMAGED, those of Journal::setting.
Result<std::optional<WallTime>> time_setting(Journal& journal, std::string_view name);
// Waits until it is durable. Errors: those of Journal::set_setting.
Result<void> set_time_setting(Journal& journal, std::string_view name, WallTime time);

}  // namespace chancery::daemon
