#include <fmt/format.h>

#include <memory>

#include "chancery/v1/audit.pb.h"
#include "client/audit/commands.h"
#include "client/audit/lines.h"
#include "client/terminal/report.h"

namespace chancery::client {

namespace {

const CommandHelp export_help{"Print a range of the audit with what proves it.",
                              R"(Examples:
  chancery audit export > audit.txt
  chancery audit export --first 1000 --last 2000 > range.txt
  chancery audit verify range.txt --trusted-root trusted_root.json

A head is signed first over what there is now. The range carries the hashes of the records up to the
next signed head, so whoever has the log's key (`chancery trust export`) can verify it elsewhere.
)"};

struct ExportOptions {
  DaemonOptions daemon;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

ExitStatus export_range(const ExportOptions& options) {
  v1::ReadAuditRequest request;
  request.set_first(options.first);
  request.set_last(options.last);
  request.set_seal(true);
  const auto read = read_lines(options.daemon, "Read", request.SerializeAsString(),
                               [](std::string_view line) -> Result<void> {
                                 print_text(line);
                                 return {};
                               });
  return read.ok() ? ExitStatus::done : report_error(Style::people, "", read.error());
}

}  // namespace

void add_audit_export(CommandLine& line) {
  const auto options = std::make_shared<ExportOptions>();
  Arguments arguments =
      line.command("audit export", export_help, [options] { return export_range(*options); });
  arguments.number("--first", "N", options->first, "The first record (default: the first kept)")
      .number("--last", "N", options->last, "The last record (default: the newest)");
  add_daemon_options(arguments, options->daemon);
}

}  // namespace chancery::client
