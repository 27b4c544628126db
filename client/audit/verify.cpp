#include <fmt/format.h>

#include <memory>
#include <optional>

#include "chancery/v1/audit.pb.h"
#include "chancery/v1/log.pb.h"
#include "client/audit/commands.h"
#include "client/audit/lines.h"
#include "client/files/file.h"
#include "client/requests/ask.h"
#include "client/terminal/report.h"
#include "client/verification/inputs.h"
#include "core/audit/check.h"
#include "core/base/encoding.h"
#include "core/base/limits/bundles.h"

namespace chancery::client {

namespace {

const CommandHelp verify_help{"Check that the audit was left as it was written.",
                              R"(Examples:
  chancery audit verify                      the daemon's, whole
  chancery audit verify audit.txt --trusted-root trusted_root.json
  chancery audit verify --head kept_head.txt

Finds what was edited, dropped, moved or cut off, and says what. A file (`chancery audit export`) is
checked without the daemon. --head names a signed head that you kept: the audit has to go on from
it, which shows an end that was cut off together with its heads.
Exit status: 0 it holds, 1 it does not, 3 it could not be read.
)"};

struct VerifyOptions {
  DaemonOptions daemon;
  std::string file;
  std::string trusted_root;
  std::string head;
};

Result<bundle::TrustedRoot> find_root(const VerifyOptions& options) {
  if (!options.file.empty() || !options.trusted_root.empty()) {
    return load_trusted_root(options.trusted_root, process_environment());
  }
  const auto reply = TRY(ask_once<v1::GetTrustedRootReply>(
      options.daemon, services::log, "GetTrustedRoot", v1::GetTrustedRootRequest{}));
  return bundle::parse_trusted_root(reply.trusted_root());
}

// The key of that log, under the name by which it signs the audit's heads.
Result<tlog::NoteKey> find_key(const bundle::TrustedRoot& root, std::string_view origin) {
  for (const bundle::TrustedLog& log : root.transparency_logs) {
    if (!log.note_key || audit::origin_of(log.note_key->name()) != origin) continue;
    return tlog::NoteKey::make(std::string(origin), log.note_key->key());
  }
  return not_found("LOG_NOT_TRUSTED",
                   fmt::format("the trusted root has no log for the audit \"{}\"", origin));
}

// The key follows from the first line.
class Reading {
 public:
  explicit Reading(const VerifyOptions& options) : options_(options) {}

  Result<void> take(std::string_view text) {
    Result<audit::Line> line = audit::parse_line(text);
    if (!check_) TRY(begin(line));
    check_->add(line);
    return {};
  }
  Result<audit::CheckReport> finish() {
    if (!check_) return invalid_request("AUDIT_LINE_MALFORMED", "the audit is empty");
    return check_->finish();
  }
  const std::string& origin() const { return key_->name(); }

 private:
  Result<void> begin(const Result<audit::Line>& line) {
    if (!line.ok()) return line.error();
    const auto* const title = std::get_if<audit::TitleLine>(&*line);
    if (title == nullptr) {
      return invalid_request("AUDIT_LINE_MALFORMED", "no audit: its first line is another");
    }
    const bundle::TrustedRoot root = TRY(find_root(options_));
    key_ = TRY(find_key(root, title->origin));
    std::optional<audit::Head> known;
    if (!options_.head.empty()) {
      const std::string note =
          TRY(read_file(options_.head, "signed head", limits::checkpoint_bytes_max));
      known = TRY(in_file(options_.head, audit::read_head(note, *key_)));
    }
    check_.emplace(audit::CheckWish{*key_, /*is_whole=*/options_.file.empty(), known});
    return {};
  }

  const VerifyOptions& options_;
  std::optional<tlog::NoteKey> key_;
  std::optional<audit::Check> check_;
};

Json json_of(const audit::CheckReport& report, const std::string& origin) {
  Json findings = Json::array();
  for (const audit::Finding& finding : report.findings) {
    findings.push_back({{"reason", finding.reason}, {"message", finding.message}});
  }
  return {{"origin", origin},
          {"holds", report.holds()},
          {"first", report.first},
          {"last", report.last},
          {"records", report.records},
          {"heads", report.heads},
          {"sealed", report.newest_head.size},
          {"findings", std::move(findings)}};
}

void say(const audit::CheckReport& report, const std::string& origin) {
  for (const audit::Finding& finding : report.findings) {
    print_line(fmt::format("{}: {}", finding.reason, finding.message));
  }
  print_line(fmt::format("The audit {}: {}, {} records from {} to {}, {} signed heads",
                         report.holds() ? "holds" : "does not hold", origin, report.records,
                         report.first, report.last, report.heads));
  if (report.last > report.newest_head.size) {
    print_line(fmt::format("  after record {}: linked, and not yet under a signed head",
                           report.newest_head.size));
  } else if (report.holds()) {
    print_line(fmt::format("  newest head {} {}", report.newest_head.size,
                           base64_encode(report.newest_head.link)));
  }
}

ExitStatus verify(const VerifyOptions& options) {
  const Style style = style_of(options.daemon.json);
  Reading reading(options);
  const TakeLine take = [&](std::string_view line) { return reading.take(line); };
  const auto read =
      options.file.empty()
          ? read_lines(options.daemon, "Read", v1::ReadAuditRequest{}.SerializeAsString(), take)
          : read_lines(options.file, take);
  if (!read.ok()) return report_trouble(style, options.file, read.error());
  const auto report = reading.finish();
  if (!report.ok()) return report_trouble(style, options.file, report.error());
  if (options.daemon.json)
    print_json(json_of(*report, reading.origin()));
  else
    say(*report, reading.origin());
  return report->holds() ? ExitStatus::done : ExitStatus::refused;
}

}  // namespace

void add_audit_verify(CommandLine& line) {
  const auto options = std::make_shared<VerifyOptions>();
  Arguments arguments =
      line.command("audit verify", verify_help, [options] { return verify(*options); });
  arguments.text("--trusted-root", "FILE", options->trusted_root, "Which log's key is believed")
      .text("--head", "FILE", options->head, "A signed head that the audit must go on from")
      .flag("--json", options->daemon.json, "Say it as one JSON object")
      .place("FILE", options->file, "An exported audit; without it the daemon's", Need::optional);
  add_daemon_options(arguments, options->daemon);
}

}  // namespace chancery::client
