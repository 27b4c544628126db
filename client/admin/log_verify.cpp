#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "client/admin/commands.h"
#include "client/terminal/progress.h"
#include "client/terminal/report.h"
#include "client/verification/inputs.h"
#include "client/verification/log_directory.h"
#include "core/base/encoding.h"

namespace chancery::client {

namespace {

const CommandHelp verify_log_help{"Check a whole log from its files alone.",
                                  R"(Example:
  chancery log verify /var/lib/chancery/log --trusted-root trusted_root.json

Checks the checkpoint's signature, hashes every entry again and compares every tile and the root.
Needs no daemon; a copy of the directory will do. Exit status: 0 it holds, 1 it does not, 3 a file
cannot be read.
)"};

struct LogVerifyOptions {
  std::string directory;
  std::string trusted_root;
  bool json = false;
};

ExitStatus refuse(const LogVerifyOptions& options, const Error& error) {
  const Style style = style_of(options.json);
  const bool is_judged =
      error.code != ErrorCode::unavailable && error.reason != "CHECKPOINT_MISSING";
  if (!is_judged) return report_trouble(style, options.directory, error);
  report_error(style, options.directory, error);
  return ExitStatus::refused;
}

void say(const LogVerifyOptions& options, const tlog::Checkpoint& checkpoint) {
  if (options.json)
    return print_json({{"directory", options.directory},
                       {"origin", checkpoint.origin},
                       {"size", checkpoint.size},
                       {"root", base64_encode(checkpoint.root)}});
  print_line(fmt::format("The log holds: {}, {} entries", checkpoint.origin, checkpoint.size));
  print_line(fmt::format("  root {}", base64_encode(checkpoint.root)));
}

// A name that leads nowhere says nothing about a log.
Result<void> check_is_directory(const std::string& directory) {
  std::error_code error;
  if (std::filesystem::is_directory(directory, error)) return {};
  return not_found("FILE_NOT_FOUND", fmt::format("{}: there is no such directory", directory));
}

ExitStatus verify_log(const LogVerifyOptions& options) {
  const auto there = check_is_directory(options.directory);
  if (!there.ok()) return report_trouble(style_of(options.json), options.directory, there.error());
  const auto root = load_trusted_root(options.trusted_root, process_environment());
  if (!root.ok()) return report_unjudged(style_of(options.json), options.directory, root.error());
  Progress progress(!options.json);
  const auto checkpoint = check_directory(
      LogDirectory(options.directory), *root, [&](std::uint64_t checked, std::uint64_t total) {
        progress.show_count("Checked", checked, total, "entries");
      });
  progress.clear();
  if (!checkpoint.ok()) return refuse(options, checkpoint.error());
  say(options, *checkpoint);
  return ExitStatus::done;
}

}  // namespace

void add_log_verify(CommandLine& line) {
  const auto options = std::make_shared<LogVerifyOptions>();
  line.command("log verify", verify_log_help, [options] { return verify_log(*options); })
      .text("--trusted-root", "FILE", options->trusted_root, "Which log is believed")
      .flag("--json", options->json, "Say it as JSON")
      .place("DIRECTORY", options->directory, "Where the log's files lie");
}

}  // namespace chancery::client
