#include "core/policy/pattern.h"

#include <re2/re2.h>

#include <optional>

#include "core/base/limits/rules.h"

namespace chancery::policy {
namespace {

constexpr std::string_view expression_mark = "re:";

Error invalid(std::string_view pattern, std::string_view fault) {
  return invalid_request("PATTERN_INVALID", "\"" + std::string(pattern.substr(0, 80)) +
                                                (pattern.size() > 80 ? "..." : "") + "\" " +
                                                std::string(fault));
}

// The glob as an expression. Nothing: it ends in a lone backslash.
std::optional<std::string> expression_of(std::string_view glob) {
  std::string expression = "(?s)";  // '.' is a line end, too
  for (std::size_t i = 0; i < glob.size(); ++i) {
    if (glob[i] == '*') {
      expression += ".*";
    } else if (glob[i] == '?') {
      expression += '.';
    } else {
      if (glob[i] == '\\' && ++i == glob.size()) return std::nullopt;
      expression += re2::RE2::QuoteMeta(std::string(1, glob[i]));
    }
  }
  return expression;
}

}  // namespace

Result<Pattern> Pattern::parse(std::string_view text) {
  if (text.size() > limits::pattern_bytes_max) {
    return invalid(text, "has " + std::to_string(text.size()) + " bytes; a pattern has at most " +
                             std::to_string(limits::pattern_bytes_max));
  }
  const bool is_expression = text.starts_with(expression_mark);
  const std::optional<std::string> expression =
      is_expression ? std::string(text.substr(expression_mark.size())) : expression_of(text);
  if (!expression) return invalid(text, "ends in a backslash, which is to stand before something");

  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(limits::rule_pattern_memory_max);
  auto compiled = std::make_shared<const re2::RE2>(*expression, options);
  if (!compiled->ok()) {
    return invalid(text, (is_expression ? "is no regular expression: " : "is no pattern: ") +
                             compiled->error());
  }
  return Pattern(std::string(text), std::move(compiled));
}

bool Pattern::matches(std::string_view text) const {
  return re2::RE2::FullMatch({text.data(), text.size()}, *expression_);
}

}  // namespace chancery::policy
