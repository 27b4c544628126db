#include <fmt/format.h>

#include <memory>

#include "chancery/v1/audit.pb.h"
#include "client/audit/commands.h"
#include "client/audit/lines.h"
#include "client/audit/wrap.h"
#include "client/files/artifact.h"
#include "client/terminal/report.h"
#include "core/audit/describe.h"
#include "core/audit/transcript.h"
#include "core/base/encoding.h"
#include "core/base/limits/audit.h"
#include "core/base/rfc3339.h"

namespace chancery::client {

namespace {

const CommandHelp list_help{"Show who had what signed, by which rule, and what was refused.",
                            R"(Examples:
  chancery audit --since 2027-01-15T00:00:00Z
  chancery audit --digest sha256:1f0c...     what was decided about this file, and its outcome
  chancery audit --json | jq 'select(.event == "refused")'

For administrators. `chancery audit verify` says whether the record was left as it was written;
docs/audit.md explains each member.
)"};

struct ListOptions {
  DaemonOptions daemon;
  std::string since;
  std::string digest;
};

Result<v1::FindAuditRequest> request_for(const ListOptions& options) {
  v1::FindAuditRequest request;
  if (!options.since.empty()) {
    request.set_since(TRY(parse_rfc3339(options.since)).time_since_epoch().count());
  }
  if (!options.digest.empty()) {
    const Artifact artifact = TRY(parse_artifact(options.digest));
    if (artifact.digest() == nullptr) {
      return invalid_request("DIGEST_LENGTH_WRONG",
                             "a digest is sha256: and 64 hexadecimal digits");
    }
    request.set_digest(hex_encode(artifact.digest()->value));
  }
  return request;
}

Result<void> show(std::string_view line, bool json) {
  const audit::Line parsed = TRY(audit::parse_line(line));
  const auto* const record = std::get_if<audit::RecordLine>(&parsed);
  if (record == nullptr) return corrupt("ANSWER_MALFORMED", "the daemon sent no audit record");
  if (json) {
    print_json(TRY(parse_json(record->record, "audit record", limits::audit_line_bytes_max)));
  } else {
    const std::string described = TRY(audit::describe(record->record));
    for (const std::string& each : wrap_members(described, terminal_columns())) print_line(each);
  }
  return {};
}

ExitStatus list(const ListOptions& options) {
  const Style style = style_of(options.daemon.json);
  const auto request = request_for(options);
  if (!request.ok()) return report_usage(style, "audit", request.error().message);
  const auto shown =
      read_lines(options.daemon, "Find", request->SerializeAsString(),
                 [&](std::string_view line) { return show(line, options.daemon.json); });
  return shown.ok() ? ExitStatus::done : report_error(style, "", shown.error());
}

}  // namespace

void add_audit(CommandLine& line) {
  const auto options = std::make_shared<ListOptions>();
  Arguments arguments = line.command("audit", list_help, [options] { return list(*options); });
  arguments.text("--since", "TIME", options->since, "From this time on: 2027-01-15T08:00:00Z")
      .text("--digest", "sha256:HEX", options->digest, "Only what concerns this digest")
      .flag("--json", options->daemon.json, "Each record as it is kept, a line each");
  add_daemon_options(arguments, options->daemon);
  add_audit_verify(line);
  add_audit_export(line);
}

}  // namespace chancery::client
