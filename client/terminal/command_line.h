// The command line: which command, with what. CLI11 and its exceptions stay behind this header.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/terminal/exit_status.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own name
class App;
class Option;
}  // namespace CLI

namespace chancery::client {

enum class Need { optional, required };

// The arguments that one command takes. What they are read into must outlive the command line.
class Arguments {
 public:
  explicit Arguments(CLI::App* parser) : parser_(parser) {}

  // Under which heading of the help the options that follow are.
  Arguments& heading(const std::string& text);

  // `names` as "-o,--output", or "FILE" for a place; `value` is what the help calls the value.
  Arguments& flag(const std::string& names, bool& into, const std::string& help);
  Arguments& text(const std::string& names, const std::string& value, std::string& into,
                  const std::string& help, Need need = Need::optional);
  Arguments& number(const std::string& names, const std::string& value, std::uint64_t& into,
                    const std::string& help, Need need = Need::optional);
  // Nothing where it is not given.
  Arguments& number(const std::string& names, const std::string& value,
                    std::optional<std::uint64_t>& into, const std::string& help);
  // At least one: nobody can answer in no time.
  Arguments& seconds(const std::string& names, std::uint64_t& into, const std::string& help);
  Arguments& texts(const std::string& names, const std::string& value,
                   std::vector<std::string>& into, const std::string& help,
                   Need need = Need::optional);
  Arguments& place(const std::string& name, std::string& into, const std::string& help,
                   Need need = Need::required);
  Arguments& place(const std::string& name, std::uint64_t& into, const std::string& help,
                   Need need = Need::required);
  Arguments& places(const std::string& name, std::vector<std::string>& into,
                    const std::string& help, Need need = Need::required);

 private:
  CLI::Option* describe(CLI::Option* option, const std::string& value, Need need);
  CLI::App* parser_;
  std::string heading_ = "Options";
};

// What the help says of a command.
struct CommandHelp {
  std::string summary;   // one line, in the list of commands
  std::string examples;  // after the options: how it is used, line by line
};

class CommandLine {
 public:
  using Run = std::function<ExitStatus()>;

  CommandLine(std::string program, std::string version, CommandHelp help);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  // `name` may be two words, "log entry": the first is a group or a command that was named before.
  Arguments command(const std::string& name, const CommandHelp& help, Run run);
  void group(const std::string& name, const std::string& summary);

  // Parses and runs. Help and version go to standard output; a wrong line is explained on standard
  // error and is ExitStatus::usage.
  ExitStatus run(int argc, const char* const* argv);

 private:
  struct Command {
    CLI::App* parser;
    Run run;
  };
  ExitStatus parse_and_run(int argc, const char* const* argv);
  ExitStatus run_parsed();
  std::string version_;
  bool version_asked_ = false;
  std::unique_ptr<CLI::App> parser_;
  std::vector<Command> commands_;
};

}  // namespace chancery::client
