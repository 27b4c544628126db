#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "client/commands/commands.h"
#include "client/terminal/progress.h"
#include "client/terminal/report.h"
#include "client/verification/expectations.h"
#include "client/verification/inputs.h"
#include "client/verification/judge.h"
#include "client/verification/verdict_report.h"
#include "core/crypto/start.h"

namespace chancery::client {

namespace {

const CommandHelp verify_help{
    "Verify files against their bundles, without a daemon and without a network.",
    R"(Examples:
  chancery verify --bundle app.tar.sigstore.json --key release.pem app.tar
  chancery verify --bundle b.json --key release.pem --trusted-root trusted_root.json sha256:1f0c...
  chancery verify --certificate-identity dev@example.com \
    --certificate-oidc-issuer https://accounts.example.com app.tar
  curl -s https://example.com/app.tar | chancery verify --bundle b.json --key release.pem -
  chancery verify --policy policy.json mirror/

The key is the signer's public key (`chancery keys public-key NAME`); the trusted root says which
logs and authorities you believe (`chancery trust export`). Without --trusted-root it is looked for
at $XDG_CONFIG_HOME/chancery/trusted_root.json, then at /etc/chancery/trusted_root.json. Without
--bundle the bundle of FILE is FILE.sigstore.json. Of a directory each file is judged, and one that
has no bundle has failed.

Exit status: 0 verified, 1 refused, 2 wrong usage, 3 could not run (a file cannot be read, or is not
what it should be). Of many the highest.
)"};

struct Options {
  std::vector<std::string> named;
  std::string artifact;  // the one that was named; empty where a list names them
  std::string bundle;
  std::string list;
  std::string policy;
  std::string trusted_root;
  Expectations expectations;
  bool json = false;
};

class CommandLineReader : public OptionReader {
 public:
  explicit CommandLineReader(Arguments& arguments) : arguments_(&arguments) {}
  void heading(const std::string& text) override { arguments_->heading(text); }
  void text(const std::string& name, const std::string& value, std::string& into,
            const std::string& help_text) override {
    arguments_->text(names(name), value, into, help_text);
  }
  void number(const std::string& name, const std::string& value, std::optional<std::uint64_t>& into,
              const std::string& help_text) override {
    arguments_->number(names(name), value, into, help_text);
  }
  void flag(const std::string& name, bool& into, const std::string& help_text) override {
    arguments_->flag(names(name), into, help_text);
  }

 private:
  static std::string names(const std::string& name) {
    return name == "key" ? "-k,--key" : "--" + name;
  }
  Arguments* arguments_;
};

bool is_directory(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

// What parses and still makes no sense; empty where it does.
std::string contradiction(const Options& options) {
  if (options.named.size() > 1)
    return "name one ARTIFACT; for many name their directory, or each in a --list";
  if (options.artifact.empty() == options.list.empty())
    return options.list.empty() ? "name an ARTIFACT or a --list"
                                : "--list names the artefacts: no ARTIFACT beside it";
  if (!options.list.empty() && !options.bundle.empty())
    return "--list names the bundles: no --bundle beside it";
  if (!options.list.empty() || is_directory(options.artifact))
    return options.bundle.empty() ? "" : "a directory holds its bundles: no --bundle beside it";
  const auto artifact = parse_artifact(options.artifact);
  if (!artifact.ok()) return artifact.error().message;
  if (!options.bundle.empty())
    return options.bundle == "-" && options.artifact == "-"
               ? "standard input is either the bundle or the artefact"
               : "";
  return artifact->file_name().empty() ? "--bundle is needed: the artefact is no named file" : "";
}

Result<std::vector<Case>> find_all(const Options& options) {
  if (!options.list.empty()) return read_list(options.list);
  if (is_directory(options.artifact)) return find_cases(options.artifact);
  return std::vector<Case>{{options.artifact, options.bundle.empty()
                                                  ? bundle_beside(options.artifact)
                                                  : options.bundle}};
}

struct Inputs {
  Policies policies;
  std::vector<Case> cases;
};

Result<Inputs> load(const Options& options, bundle::Policy policy) {
  if (!options.expectations.key.empty()) policy.key = TRY(load_key(options.expectations.key));
  Policies policies = options.policy.empty() ? Policies::for_all(std::move(policy))
                                             : TRY(load_policies(options.policy));
  std::vector<Case> cases = TRY(find_all(options));
  return Inputs{std::move(policies), std::move(cases)};
}

ExitStatus report(Style style, const Outcome& outcome) {
  if (!outcome.verdict.ok()) {
    // Of a directory or a list: what lies there is nobody's mistake on the command line.
    return report_unjudged(style, outcome.about->artifact, outcome.verdict.error());
  }
  const bundle::Verdict& verdict = *outcome.verdict;
  if (style == Style::json) {
    print_json(json_of(*outcome.about, verdict));
  } else if (verdict.verified()) {
    for (const std::string& line : describe(*outcome.about, verdict)) print_line(line);
  } else {
    for (const std::string& line : describe_refusal(*outcome.about, verdict)) print_remark(line);
  }
  return verdict.verified() ? ExitStatus::done : ExitStatus::refused;
}

// Of many, for whoever sees the end of a long list only.
class Total {
 public:
  void count(ExitStatus status) {
    if (status == ExitStatus::done)
      verified_ += 1;
    else if (status == ExitStatus::refused)
      refused_ += 1;
    else
      failed_ += 1;
  }
  std::string text() const {
    return fmt::format("{} verified, {} refused{}", verified_, refused_,
                       failed_ == 0 ? "" : fmt::format(", {} could not be judged", failed_));
  }

 private:
  std::size_t verified_ = 0;
  std::size_t refused_ = 0;
  std::size_t failed_ = 0;
};

ExitStatus judge_all(const Options& options, const Inputs& inputs,
                     const bundle::TrustedRoot& root) {
  const Style style = style_of(options.json);
  ExitStatus status = ExitStatus::done;
  Total total;
  Progress progress(inputs.cases.size() == 1);  // then on this thread
  const OnRead on_read = [&progress, &inputs](const ReadProgress& read) {
    if (inputs.cases.size() == 1) progress.show_bytes(read.name, read.bytes_read, read.bytes_all);
  };
  judge(inputs.cases, {root, inputs.policies, on_read}, [&](const Outcome& outcome) {
    progress.clear();
    const ExitStatus one = report(style, outcome);
    total.count(one);
    status = graver(status, one);
  });
  if (style == Style::people && inputs.cases.size() > 1) print_remark(total.text());
  return status;
}

// A policy file holds what the command line would say otherwise.
Result<bundle::Policy> wanted_policy(const Options& options) {
  if (options.policy.empty()) return policy_of(options.expectations);
  if (says_anything(options.expectations))
    return invalid_request("EXPECTATIONS_CONTRADICT",
                           "--policy holds what is expected: nothing of it beside it");
  return bundle::Policy{};
}

ExitStatus verify(Options options) {
  if (!options.named.empty()) options.artifact = options.named.front();
  const Style style = style_of(options.json);
  start_for_verifying();
  if (const auto wrong = contradiction(options); !wrong.empty())
    return report_usage(style, "verify", wrong);
  auto policy = wanted_policy(options);
  if (!policy.ok()) return report_usage(style, "verify", policy.error().message);
  const std::string& subject = options.artifact.empty() ? options.list : options.artifact;
  const auto inputs = load(options, std::move(policy).value());
  // Somebody else's files, wherever they came from: nothing was judged, and no script is wrong.
  if (!inputs.ok()) return report_unjudged(style, subject, inputs.error());
  if (inputs->cases.empty()) return report_usage(style, "verify", "there is nothing to verify");
  const auto root = load_trusted_root(options.trusted_root, process_environment());
  if (!root.ok()) return report_unjudged(style, subject, root.error());
  return judge_all(options, *inputs, *root);
}

}  // namespace

void add_verify(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  Arguments arguments = line.command("verify", verify_help, [options] { return verify(*options); });
  arguments
      .text("-b,--bundle", "FILE", options->bundle,
            "The bundle; - is standard input (default: ARTIFACT.sigstore.json)")
      .text("--list", "FILE", options->list,
            "Many: a line for each, ARTIFACT, or ARTIFACT, a tab and its bundle; - is standard "
            "input")
      .text("--policy", "FILE", options->policy,
            "What is expected of which artefact, instead of the options below")
      .text("--trusted-root", "FILE", options->trusted_root,
            "Which logs and authorities are believed")
      .flag("--json", options->json, "Every check as JSON, one object for each bundle");
  CommandLineReader reader(arguments);
  read_options(reader, options->expectations);
  arguments.places("ARTIFACT", options->named,
                   "FILE, sha256:HEX, - for standard input, or a directory", Need::optional);
}

}  // namespace chancery::client
