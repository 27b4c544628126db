#include "daemon/metrics/exposition.h"

#include <fmt/format.h>

namespace chancery::daemon {
namespace {

// "label_value can be any sequence of UTF-8 characters, but the backslash, double-quote, and line
// feed characters have to be escaped".
std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

void Exposition::begin(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void Exposition::value(double value, const Labels& labels) {
  text_ += name_;
  char separator = '{';
  for (const auto& [label, content] : labels) {
    text_ += fmt::format("{}{}=\"{}\"", separator, label, escaped(content));
    separator = ',';
  }
  if (!labels.empty()) text_ += '}';
  text_ += fmt::format(" {}\n", value);
}

}  // namespace chancery::daemon
