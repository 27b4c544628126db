#include <memory>

#include "client/files/artifact.h"
#include "client/policy/commands.h"
#include "client/requests/explanation.h"
#include "client/verification/predicate_type.h"

namespace chancery::client {

namespace {

const CommandHelp explain_help{
    "Say whether somebody may have something signed, by which rule, or why not.",
    R"(Examples:
  chancery explain --profile release app.tar
  chancery explain --profile provenance --type slsaprovenance1 app.tar
  chancery explain --as ci,unit=runner.service --profile release app.tar   administrators only

The daemon judges as for `sign` (with --type as for `attest`) and signs nothing. FILE is not read:
its name is what rules may ask for.

Exit status: 0 allowed, 1 refused, 2 wrong usage, 3 could not be asked, or refused only for now.
)"};

struct ExplainOptions {
  DaemonOptions daemon;
  std::string profile = "default";
  std::string as;
  std::string type;
  std::vector<std::string> files;
};

// "USER[,unit=U]"
bool read_subject(const std::string& as, v1::ExplainRequest& request) {
  constexpr std::string_view unit = "unit=";
  const std::size_t comma = as.find(',');
  request.set_user(as.substr(0, comma));
  if (comma == std::string::npos) return true;
  const std::string rest = as.substr(comma + 1);
  if (!rest.starts_with(unit) || rest.size() == unit.size()) return false;
  request.set_unit(rest.substr(unit.size()));
  return true;
}

ExitStatus explain(const ExplainOptions& options) {
  const Style style = style_of(options.daemon.json);
  v1::ExplainRequest request;
  request.set_profile(options.profile);
  if (!read_subject(options.as, request)) {
    return report_usage(style, "explain", "--as is USER, or USER,unit=UNIT");
  }
  if (!options.type.empty()) {
    const auto type = predicate_uri(options.type);
    if (!type.ok()) return report_usage(style, "explain", type.error().message);
    request.set_predicate_type(*type);
  }
  std::string subject;
  for (const std::string& file : options.files) {
    const auto artifact = parse_artifact(file);
    if (!artifact.ok()) return report_usage(style, "explain", artifact.error().message);
    request.add_artifacts(artifact->recordable_name());
    subject += (subject.empty() ? "" : ", ") + artifact->name();
  }
  return explain(options.daemon, subject, request);
}

}  // namespace

void add_explain(CommandLine& line) {
  const auto options = std::make_shared<ExplainOptions>();
  Arguments arguments =
      line.command("explain", explain_help, [options] { return explain(*options); });
  arguments
      .text("--as", "USER[,unit=UNIT]", options->as,
            "Somebody else, by name or number, perhaps in a system unit (administrators only)")
      .text("-p,--profile", "NAME", options->profile, "With which profile (default: default)")
      .text("-t,--type", "TYPE", options->type,
            "A statement of this type: slsaprovenance1, spdxjson, cyclonedx, or a URI")
      .flag("--json", options->daemon.json, "Answer with one JSON object");
  add_daemon_options(arguments, options->daemon);
  arguments.places("FILE", options->files, "What it is about", Need::optional);
}

}  // namespace chancery::client
