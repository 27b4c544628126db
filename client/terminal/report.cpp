#include "client/terminal/report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "client/terminal/advice.h"
#include "core/base/utf8.h"

namespace chancery::client {

namespace {

void print(std::FILE* stream, std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stream);
  std::fputc('\n', stream);
}

// "app.tar: there is no such file" is of app.tar, and so is "app.tar.sigstore.json: ...".
bool begins_with(std::string_view message, std::string_view subject) {
  if (!message.starts_with(subject)) return false;
  const std::string_view rest = message.substr(subject.size());
  return rest.empty() || std::string_view(":.").find(rest.front()) != std::string_view::npos;
}

// Of a configuration each mistake is a line, with its file in front, as compilers say theirs; no
// other message has lines, whatever the names in it would like.
void print_mistakes(const Error& error) {
  std::string_view rest = error.message;
  print(stderr, fmt::format("chancery: {} mistakes ({})", std::ranges::count(rest, '\n') + 1,
                            error.reason));
  for (;;) {
    const std::size_t end = rest.find('\n');
    print(stderr, printable(rest.substr(0, end)));
    if (end == std::string_view::npos) return;
    rest.remove_prefix(end + 1);
  }
}

void print_error(std::string_view subject, const Error& error) {
  if (error.reason == "CONFIG_INVALID" && error.message.find('\n') != std::string::npos)
    return print_mistakes(error);
  const bool is_named = subject.empty() || begins_with(error.message, subject);
  print(stderr, printable(fmt::format("chancery: {}{}{} ({})", is_named ? "" : subject,
                                      is_named ? "" : ": ", error.message, error.reason)));
}

}  // namespace

void print_line(std::string_view line) { print(stdout, printable(line)); }

void print_text(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  print(stdout, text);
}

void print_json(const Json& value) {
  // A file name need not be UTF-8; a script gets the replacement character, not an exception. In
  // ASCII alone nothing steers the terminal of a person who looks at it.
  print(stdout, value.dump(-1, ' ', true, Json::error_handler_t::replace));
}

void print_remark(std::string_view line) { print(stderr, printable(line)); }

Json json_of(const Error& error) {
  return {{"code", name_of(error.code)}, {"reason", error.reason}, {"message", error.message}};
}

ExitStatus report_error(Style style, std::string_view subject, const Error& error) {
  return report_error(style, subject, error,
                      {std::string(advice_for(error, ::geteuid())), Json::object()});
}

ExitStatus report_error(Style style, std::string_view subject, const Error& error,
                        const Hint& hint) {
  if (style == Style::json) {
    Json line = hint.members;
    line["error"] = json_of(error);
    if (!subject.empty()) line["subject"] = subject;
    print_json(line);
    return exit_status_of(error.code);
  }
  std::fflush(stdout);  // so that a terminal shows what came first first
  print_error(subject, error);
  if (!hint.advice.empty()) print(stderr, printable(fmt::format("  {}", hint.advice)));
  return exit_status_of(error.code);
}

ExitStatus report_error(Style style, const std::vector<std::string>& subjects, const Error& error) {
  if (style == Style::people) return report_error(style, "", error);
  for (const std::string& subject : subjects) report_error(style, subject, error);
  return exit_status_of(error.code);
}

ExitStatus report_unjudged(Style style, std::string_view subject, const Error& error) {
  report_error(style, subject, error);
  return ExitStatus::could_not_run;
}

ExitStatus report_trouble(Style style, std::string_view subject, const Error& error) {
  report_error(style, subject, error);
  return error.code == ErrorCode::invalid_request ? ExitStatus::usage : ExitStatus::could_not_run;
}

ExitStatus report_usage(Style style, std::string_view command, std::string_view what) {
  if (style == Style::json) {
    report_error(style, "", invalid_request("USAGE", std::string(what)));
    return ExitStatus::usage;
  }
  const std::string name = fmt::format("chancery{}{}", command.empty() ? "" : " ", command);
  print_remark(fmt::format("{}: {}", name, what));
  print_remark(fmt::format("  `{} --help` shows how it is used.", name));
  return ExitStatus::usage;
}

}  // namespace chancery::client
