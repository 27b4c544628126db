// What a command says: lines for people, or JSON lines for scripts, and errors in two lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/terminal/exit_status.h"
#include "core/base/json.h"

namespace chancery::client {

enum class Style { people, json };

inline Style style_of(bool json_wanted) { return json_wanted ? Style::json : Style::people; }

// One line to standard output; here and below what a name or a daemon could steer a terminal with
// becomes '?' (core/base/utf8.h).
void print_line(std::string_view line);
void print_json(const Json& value);
// Content as it is, a bundle or a PEM; a missing last newline is added.
void print_text(std::string_view text);
// One to standard error: what the user should know though it is not the answer.
void print_remark(std::string_view line);

// {"code":...,"reason":...,"message":...}
Json json_of(const Error& error);

// One line what happened, one line what to do. `subject` is the file or the thing asked for, empty
// where it is all of the daemon; people do not read it twice where the message begins with it. The
// mistakes of a configuration are a line each. In JSON: {"subject":...,"error":{...}} on standard
// output.
ExitStatus report_error(Style style, std::string_view subject, const Error& error);
// What somebody knows better than the error's reason: another advice, and more members for scripts.
struct Hint {
  std::string advice;
  Json members;
};
ExitStatus report_error(Style style, std::string_view subject, const Error& error,
                        const Hint& hint);
// One trouble of many: a line for each to scripts, one for all to people.
ExitStatus report_error(Style style, const std::vector<std::string>& subjects, const Error& error);
// The same for what failed on this side, a file or a pipe: usage where something was named that
// cannot be used, a directory or a predicate that is none; could_not_run where it may not be read.
ExitStatus report_trouble(Style style, std::string_view subject, const Error& error);

// The same for what is nobody's mistake on the command line, such as a file of somebody else's:
// always could_not_run.
ExitStatus report_unjudged(Style style, std::string_view subject, const Error& error);

// The command line makes no sense, to the parser or to `command` ("log entry"; empty: to none). In
// JSON an error with the reason USAGE.
ExitStatus report_usage(Style style, std::string_view command, std::string_view what);

}  // namespace chancery::client
