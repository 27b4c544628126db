#include "client/terminal/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>

#include "client/terminal/report.h"
#include "core/base/limits/command.h"
#include "core/base/result.h"

namespace chancery::client {

namespace {

constexpr std::size_t help_column = 34;

// "chancery log entry", for messages.
std::string full_name(const CLI::App& parser) {
  const CLI::App* parent = parser.get_parent();
  return parent == nullptr ? parser.get_name() : full_name(*parent) + " " + parser.get_name();
}

const CLI::App& deepest_named(const CLI::App& parser) {
  const auto named = parser.get_subcommands();
  return named.empty() ? parser : deepest_named(*named.back());
}

void print_help(const CLI::App& parser) {
  const CLI::App* parent = parser.get_parent();
  const std::string before = parent == nullptr ? "" : full_name(*parent);
  std::fputs(parser.help(before).c_str(), stdout);
}

// Where the line cannot be parsed: somebody who wants JSON says so all the same.
Style style_of(int argc, const char* const* argv) {
  const std::vector<std::string_view> words(argv, argv + argc);
  const auto end = std::ranges::find(words, "--");
  return client::style_of(std::find(words.begin(), end, "--json") != end);
}

// CLI11 says of any word "not expected".
std::string complaint_about(const CLI::App& named, const std::string& word) {
  if (word.starts_with('-')) return "there is no option '" + word + "'";
  const bool takes_commands = !named.get_subcommands([](const CLI::App*) { return true; }).empty();
  return takes_commands ? "there is no command '" + word + "'" : "'" + word + "' is one too many";
}

std::string complaint_of(const CLI::App& parser, const CLI::ParseError& error) {
  const CLI::App& named = deepest_named(parser);
  const auto words = named.remaining();
  const bool is_unexpected =
      error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError) && !words.empty();
  return is_unexpected ? complaint_about(named, words.front()) : error.what();
}

ExitStatus explain(Style style, const CLI::App& parser, const std::string& what) {
  const std::string name = full_name(deepest_named(parser));
  const std::size_t space = name.find(' ');
  return report_usage(style, space == std::string::npos ? "" : name.substr(space + 1), what);
}

// A script's variable that was never set would otherwise read as if nobody had asked.
std::string check_text(const std::string& text) {
  return text.empty() ? "nothing is given: it is empty" : "";
}

// CLI11 would take -1 for the largest number.
std::optional<std::uint64_t> read_number(const std::string& text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, number);
  return failure == std::errc() && rest == end ? std::optional(number) : std::nullopt;
}

std::string check_number(const std::string& text) {
  return read_number(text) ? "" : "'" + text + "' is no whole number";
}

std::string check_seconds(const std::string& text) {
  const auto seconds = read_number(text);
  if (seconds && *seconds >= 1 && *seconds <= limits::timeout_seconds_max) return "";
  return "'" + text + "' is no whole number of seconds from 1 to " +
         std::to_string(limits::timeout_seconds_max);
}

}  // namespace

CLI::Option* Arguments::describe(CLI::Option* option, const std::string& value, Need need) {
  option->type_name(value);
  if (!option->get_positional()) option->group(heading_);
  if (need == Need::required) option->required();
  return option;
}

Arguments& Arguments::heading(const std::string& text) {
  heading_ = text;
  return *this;
}

Arguments& Arguments::flag(const std::string& names, bool& into, const std::string& help) {
  parser_->add_flag(names, into, help)->group(heading_);
  return *this;
}

Arguments& Arguments::text(const std::string& names, const std::string& value, std::string& into,
                           const std::string& help, Need need) {
  describe(parser_->add_option(names, into, help), value, need)->check(check_text);
  return *this;
}

Arguments& Arguments::number(const std::string& names, const std::string& value,
                             std::uint64_t& into, const std::string& help, Need need) {
  describe(parser_->add_option(names, into, help), value, need)->check(check_number);
  return *this;
}

Arguments& Arguments::number(const std::string& names, const std::string& value,
                             std::optional<std::uint64_t>& into, const std::string& help) {
  describe(parser_->add_option(names, into, help), value, Need::optional)->check(check_number);
  return *this;
}

Arguments& Arguments::seconds(const std::string& names, std::uint64_t& into,
                              const std::string& help) {
  describe(parser_->add_option(names, into, help), "SECONDS", Need::optional)->check(check_seconds);
  return *this;
}

Arguments& Arguments::texts(const std::string& names, const std::string& value,
                            std::vector<std::string>& into, const std::string& help, Need need) {
  // One value an option: "--digest A B.txt" must leave B.txt to the places.
  describe(parser_->add_option(names, into, help), value, need)
      ->check(check_text)
      ->allow_extra_args(false);
  return *this;
}

Arguments& Arguments::place(const std::string& name, std::string& into, const std::string& help,
                            Need need) {
  describe(parser_->add_option(name, into, help), "", need)->check(check_text);
  return *this;
}

Arguments& Arguments::place(const std::string& name, std::uint64_t& into, const std::string& help,
                            Need need) {
  describe(parser_->add_option(name, into, help), "", need)->check(check_number);
  return *this;
}

Arguments& Arguments::places(const std::string& name, std::vector<std::string>& into,
                             const std::string& help, Need need) {
  describe(parser_->add_option(name, into, help), "", need)->check(check_text);
  return *this;
}

CommandLine::CommandLine(std::string program, std::string version, CommandHelp help)
    : version_(program + " " + std::move(version)),
      parser_(std::make_unique<CLI::App>(std::move(help.summary), std::move(program))) {
  parser_->footer(std::move(help.examples));
  parser_->get_formatter()->column_width(help_column);
  parser_->add_flag("--version", version_asked_, "Say which version this is");
}

CommandLine::~CommandLine() = default;

void CommandLine::group(const std::string& name, const std::string& summary) {
  parser_->add_subcommand(name, summary)->require_subcommand(1);
}

Arguments CommandLine::command(const std::string& name, const CommandHelp& help, Run run) {
  const std::size_t space = name.find(' ');
  CLI::App* parent =
      space == std::string::npos ? parser_.get() : parser_->get_subcommand(name.substr(0, space));
  const std::string own_name = space == std::string::npos ? name : name.substr(space + 1);
  CLI::App* parser = parent->add_subcommand(own_name, help.summary);
  parser->footer(help.examples);
  commands_.push_back({parser, std::move(run)});
  return Arguments(parser);
}

ExitStatus CommandLine::run(int argc, const char* const* argv) {
  const ExitStatus status = parse_and_run(argc, argv);
  // A full disk under standard output shows only here.
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  std::fputs("chancery: not all of the answer could be written to standard output\n", stderr);
  return status == ExitStatus::done ? ExitStatus::could_not_run : status;
}

ExitStatus CommandLine::parse_and_run(int argc, const char* const* argv) {
  try {
    parser_->parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    print_help(deepest_named(*parser_));
    return ExitStatus::done;
  } catch (const CLI::ParseError& error) {
    return explain(style_of(argc, argv), *parser_, complaint_of(*parser_, error));
  }
  return run_parsed();
}

ExitStatus CommandLine::run_parsed() {
  if (version_asked_) {
    std::printf("%s\n", version_.c_str());
    return ExitStatus::done;
  }
  for (const Command& command : commands_) {
    // `profiles stop` parses `profiles` too.
    if (command.parser->parsed() && command.parser->get_subcommands().empty()) return command.run();
  }
  std::fputs(parser_->help().c_str(), stderr);
  return ExitStatus::usage;
}

}  // namespace chancery::client
