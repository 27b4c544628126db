#include "daemon/options.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "daemon/version.h"

namespace chancery::daemon {

namespace {

// An unset variable in a script: nothing named is not the embedded default.
std::string refuse_empty(const std::string& value) {
  return value.empty() ? "is empty: name it, or leave the option out" : "";
}

// CLI11 says of any word "not expected", and names no program.
ExitNow explain(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return ExitNow{app.exit(error)};
  const std::vector<std::string> words = app.remaining();
  const std::string what =
      words.empty() ? error.what() : "there is no option '" + words.front() + "'";
  std::fputs(("chanceryd: " + what + "; see `chanceryd --help`\n").c_str(), stderr);
  return ExitNow{2};
}

}  // namespace

std::variant<Options, ExitNow> read_command_line(int argc, char** argv) {
  Options options;
  CLI::App app("chanceryd owns signing keys and records every signature in a transparency log.");
  app.set_version_flag("--version", std::string(version));
  app.add_option("--config", options.config,
                 "configuration file (default: /etc/chancery/chancery.toml where it is there, else "
                 "the embedded default)")
      ->type_name("FILE")
      ->check(refuse_empty);
  app.add_option("--state", options.state_directory,
                 "state directory of the embedded default: no configuration file is read")
      ->type_name("DIRECTORY")
      ->check(refuse_empty);
  app.add_option("--socket", options.socket, "socket of the embedded default")
      ->type_name("PATH")
      ->check(refuse_empty);
  app.add_option("--ready-fd", options.ready_fd,
                 "file descriptor that gets the line \"ready\" once requests are answered")
      ->type_name("NUMBER");
  app.add_option_function<std::vector<std::string>>(
         "--make-lost-key",
         [&options](const std::vector<std::string>& names) {
           for (const std::string& text : names) {
             const Result<KeyName> name = read_key_name(text);
             if (!name.ok()) throw CLI::ValidationError(text, name.error().message);
             options.to_make_anew.push_back(*name);
           }
         },
         "make this key anew, which was in use here and is lost, or take the one in its place")
      ->type_name("BACKEND:KEY");
  app.add_flag("--check-config", options.check_only,
               "read the configuration, print what is wrong with it, and exit");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return explain(app, error);
  }
  if (!options.config.empty() && !options.state_directory.empty()) {
    std::fputs("chanceryd: --state is for the embedded default; with --config the file names it\n",
               stderr);
    return ExitNow{2};
  }
  // A key host, which has its folder's path from it, takes none but an absolute one.
  if (!options.state_directory.empty()) {
    options.state_directory = std::filesystem::absolute(options.state_directory);
  }
  return options;
}

}  // namespace chancery::daemon
