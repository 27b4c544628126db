#include <fmt/format.h>

#include <memory>

#include "chancery/v1/policy.pb.h"
#include "client/files/file.h"
#include "client/policy/commands.h"
#include "client/requests/ask.h"
#include "client/terminal/report.h"
#include "core/base/limits/configuration.h"

namespace chancery::client {

namespace {

const CommandHelp test_help{"Run the tests that the rules carry.",
                            R"(Examples:
  chancery policy test               the configuration on disk, as a reload would read it
  chancery policy test rules.toml    these rules, for the profiles that the daemon has

Nothing changes by it. Each [[test]] says who asks for what, and whether that is to be allowed; they
also run at every start and reload, and rules that fail one are not taken.

Exit status: 0 all pass, 1 a test fails or the rules have mistakes, 3 could not be asked.
)"};

struct TestOptions {
  DaemonOptions daemon;
  std::string file;
};

Json json_of(const v1::TestOutcome& outcome) {
  return {
      {"test", outcome.name()}, {"passed", outcome.has_passed()}, {"message", outcome.message()}};
}

Json json_of(const std::string& file, const v1::RulesProblem& problem) {
  return {{"file", file}, {"line", problem.line()}, {"message", problem.message()}};
}

ExitStatus print(const TestOptions& options, const v1::TestReply& reply) {
  ExitStatus status = reply.problems().empty() ? ExitStatus::done : ExitStatus::refused;
  for (const v1::RulesProblem& problem : reply.problems()) {
    if (options.daemon.json) {
      print_json(json_of(options.file, problem));
    } else {
      print_line(fmt::format("{}:{}: {}", options.file, problem.line(), problem.message()));
    }
  }
  for (const v1::TestOutcome& outcome : reply.tests()) {
    if (!outcome.has_passed()) status = ExitStatus::refused;
    if (options.daemon.json) {
      print_json(json_of(outcome));
    } else {
      print_line(fmt::format("{} {}: {}", outcome.has_passed() ? "passed" : "FAILED",
                             outcome.name(), outcome.message()));
    }
  }
  return status;
}

ExitStatus test(const TestOptions& options) {
  const Style style = style_of(options.daemon.json);
  v1::TestRequest request;
  if (!options.file.empty()) {
    const auto rules = read_file(options.file, "rules", limits::configuration_bytes_max);
    if (!rules.ok()) return report_trouble(style, options.file, rules.error());
    request.set_rules(*rules);
  }
  const auto reply = ask_once<v1::TestReply>(options.daemon, services::policy, "Test", request);
  if (!reply.ok()) return report_error(style, options.file, reply.error());
  const ExitStatus status = print(options, *reply);
  if (!options.daemon.json && status == ExitStatus::done) {
    const int count = reply->tests_size();
    print_line(count == 0 ? "there is no [[test]]"
                          : fmt::format("{} test{}, all pass", count, count == 1 ? "" : "s"));
  }
  return status;
}

}  // namespace

void add_policy(CommandLine& line) {
  line.group("policy", "The rules: try them out.");
  const auto options = std::make_shared<TestOptions>();
  Arguments arguments =
      line.command("policy test", test_help, [options] { return test(*options); });
  arguments.flag("--json", options->daemon.json, "One JSON object for each test");
  add_daemon_options(arguments, options->daemon);
  arguments.place("FILE", options->file, "A file with rules and tests", Need::optional);
}

}  // namespace chancery::client
