#include "client/commands/signature_output.h"

#include <fmt/format.h>

#include "client/files/file.h"
#include "core/base/rfc3339.h"

namespace chancery::client {

namespace {

Json json_of(const Signed& what, const Signature& signature) {
  Json json = {{"artifact", what.name},
               {"receipt", signature.receipt},
               {"state", name_of(signature.state)},
               {"key", signature.key},
               {"log", {{"origin", signature.log_origin}, {"index", signature.log_index}}},
               {"idempotency_key_expires_at", signature.key_expires_at}};
  if (!what.idempotency_key.empty()) json["idempotency_key"] = what.idempotency_key;
  if (!what.digest.empty()) json["digest"] = what.digest;
  if (signature.has_left()) json["bundle"] = what.output.string();
  if (signature.record_by != 0) json["record_by"] = signature.record_by;
  for (const v1::LogProgress& progress : signature.logs)
    json["logs"].push_back({{"name", progress.log()}, {"has_recorded", progress.has_recorded()}});
  if (!signature.trouble_reason.empty())
    json["trouble"] = {{"reason", signature.trouble_reason}, {"message", signature.trouble}};
  return json;
}

void say(const Signed& what, const Signature& signature) {
  const bool is_elsewhere = !is_standard_output(what.output);
  const auto print = is_elsewhere ? print_line : print_remark;
  print(fmt::format("Signed {}{}{}", what.name, is_elsewhere ? " -> " : "",
                    is_elsewhere ? what.output.string() : ""));
  if (signature.is_done()) {
    print(fmt::format("  {}, entry {} of log {}, receipt {}", signature.key, signature.log_index,
                      signature.log_origin, signature.receipt));
    return;
  }
  const std::chrono::sys_seconds record_by{std::chrono::seconds(signature.record_by)};
  const std::string logs = logs_text(signature.logs);
  print(fmt::format("  {}, {}, {}; all of them are due by {}", signature.key,
                    name_of(signature.state), logs.empty() ? "in no log yet" : logs,
                    format_rfc3339(record_by)));
  print(fmt::format("  `chancery wait {}` fetches the bundle with the log's proof",
                    signature.receipt));
}

// The signature is not lost with a full disk.
ExitStatus report_unwritten(Style style, const Signed& what, const Signature& signature,
                            Error error) {
  error.message += fmt::format("; it is signed and kept: `chancery get {}` brings the bundle",
                               signature.receipt);
  if (style == Style::people) {
    report_error(style, what.name, error);
    return ExitStatus::could_not_run;
  }
  Json json = json_of(what, signature);
  json.erase("bundle");
  json["error"] = client::json_of(error);
  print_json(json);
  return ExitStatus::could_not_run;
}

// Sent to be signed, and no answer says whether it was: the key finds out.
ExitStatus report_failure(Style style, const Signed& what, const Error& error) {
  if (error.code != ErrorCode::outcome_unknown || what.idempotency_key.empty())
    return report_error(style, what.name, error);
  return report_error(
      style, what.name, error,
      {fmt::format("It may have been signed: repeated with --idempotency-key {} it is signed once.",
                   what.idempotency_key),
       {{"idempotency_key", what.idempotency_key}}});
}

}  // namespace

Output output_for(const std::string& named, const Artifact& artifact) {
  if (!named.empty()) return named;
  if (artifact.file_name().empty()) return "-";
  return artifact.file()->path.string() + ".sigstore.json";
}

Result<void> check_output(const Output& output) {
  if (is_standard_output(output)) return {};
  return check_replaceable(output);
}

Result<void> write_output(const Output& output, std::string_view text) {
  if (!is_standard_output(output)) return replace_file(output, text);
  print_text(text);
  if (std::fflush(stdout) != 0)
    return system_error("FILE_UNWRITABLE", "standard output: cannot write it", errno);
  return {};
}

ExitStatus deliver(Style style, const Signed& what, const Result<Signature>& outcome) {
  if (!outcome.ok()) return report_failure(style, what, outcome.error());
  if (!outcome->has_left()) {
    if (style == Style::json) print_json(json_of(what, *outcome));
    return style == Style::json ? ExitStatus::could_not_run
                                : report_error(style, what.name, unfinished(*outcome));
  }
  if (const auto written = write_output(what.output, outcome->bundle); !written.ok())
    return report_unwritten(style, what, *outcome, written.error());
  if (style == Style::json)
    print_json(json_of(what, *outcome));
  else
    say(what, *outcome);
  return ExitStatus::done;
}

}  // namespace chancery::client
