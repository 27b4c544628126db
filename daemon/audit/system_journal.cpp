#include "daemon/audit/system_journal.h"

#include <fmt/format.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <algorithm>

#include "core/audit/describe.h"
#include "core/audit/record.h"
#include "core/base/ascii.h"
#include "core/base/limits/audit.h"
#include "daemon/note.h"

namespace chancery::daemon {
namespace {

Priority priority_of(std::string_view event) {
  constexpr std::array<std::string_view, 3> warnings = {"failed", "log-refused", "overdue"};
  constexpr std::array<std::string_view, 4> notices = {"refused", "refused-many", "act",
                                                       "in-doubt"};
  if (event == "alarm") return Priority::error;
  if (std::ranges::find(warnings, event) != warnings.end()) return Priority::warning;
  if (std::ranges::find(notices, event) != notices.end()) return Priority::notice;
  return Priority::info;
}

// Field names are upper case, digits and underscores.
std::string field_name(std::string_view member) {
  std::string out = "CHANCERY_";
  for (const char c : member) out += is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

std::vector<std::string> begin(std::string_view message, Priority priority) {
  return {fmt::format("MESSAGE=audit: {}", message),
          fmt::format("PRIORITY={}", static_cast<int>(priority)), "SYSLOG_IDENTIFIER=chanceryd"};
}

// Asked first: a copy costs more than the record.
bool is_listening() { return ::access("/run/systemd/journal/socket", W_OK) == 0; }

}  // namespace

std::vector<std::string> journal_fields(std::string_view record) {
  const Result<std::string> message = audit::describe(record);
  const Result<Json> json = parse_json(record, "audit record", limits::audit_line_bytes_max);
  if (!message.ok() || !json.ok()) return begin(record, Priority::error);
  std::vector<std::string> out = begin(*message, priority_of(json->value("event", std::string())));
  for (const auto& [name, value] : json->items()) {
    out.push_back(fmt::format("{}={}", field_name(name),
                              value.is_string() ? value.get<std::string>() : value.dump()));
  }
  return out;
}

std::vector<std::string> head_fields(const audit::Head& head, std::string_view note) {
  std::vector<std::string> out =
      begin(fmt::format("signed head over {} records", head.size), Priority::notice);
  out.emplace_back("CHANCERY_EVENT=head");
  out.push_back(fmt::format("CHANCERY_HEAD={}", note));
  return out;
}

std::vector<std::string> left_out_fields(std::uint64_t count) {
  return begin(fmt::format("{} records are not copied here, they come too fast; see `chancery "
                           "audit`",
                           count),
               Priority::notice);
}

void send_to_system_journal(const std::vector<std::string>& fields) {
  std::vector<iovec> parts;
  parts.reserve(fields.size());
  for (const std::string& field : fields) {
    parts.push_back({const_cast<char*>(field.data()), field.size()});  // it is only read
  }
  sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

ClerkOptions copying_to_system_journal(std::chrono::milliseconds head_interval) {
  return {.head_interval = head_interval,
          .copy_record =
              [](std::string_view record) {
                if (is_listening()) send_to_system_journal(journal_fields(record));
              },
          .copy_head =
              [](const audit::Head& head, std::string_view note) {
                if (is_listening()) send_to_system_journal(head_fields(head, note));
              },
          .copy_left_out =
              [](std::uint64_t count) {
                if (is_listening()) send_to_system_journal(left_out_fields(count));
              }};
}

}  // namespace chancery::daemon
