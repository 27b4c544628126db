// A copy of the audit for the system's journal (journald), with a field for each member:
// `journalctl CHANCERY_EVENT=refused CHANCERY_UID=1001`. Where no journald listens nothing happens.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/audit/clerk.h"

namespace chancery::daemon {

// "NAME=value", as sd_journal_send takes them: MESSAGE, PRIORITY, and CHANCERY_ with each member's
// name.
std::vector<std::string> journal_fields(std::string_view record);
std::vector<std::string> head_fields(const audit::Head& head, std::string_view note);
std::vector<std::string> left_out_fields(std::uint64_t count);

// Thread-safe.
void send_to_system_journal(const std::vector<std::string>& fields);

// A clerk's options that send copies there.
ClerkOptions copying_to_system_journal(std::chrono::milliseconds head_interval);

}  // namespace chancery::daemon
