#include "daemon/finisher/plan.h"

#include <fmt/format.h>

#include <charconv>

namespace chancery::daemon {
namespace {

constexpr std::string_view log_prefix = "log:";

Error damaged(std::string_view text) {
  return corrupt("JOURNAL_DAMAGED",
                 fmt::format("the journal holds a plan that is none: {}", text.substr(0, 80)));
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (!line.empty()) {
    const std::size_t end = line.find(' ');
    if (end != 0) words.emplace_back(line.substr(0, end));
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  }
  return words;
}

std::string line_of(std::string_view first, const std::vector<std::string>& words) {
  std::string line(first);
  for (const std::string& word : words) line += " " + word;
  return line + "\n";
}

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return line;
}

}  // namespace

std::string log_destination(const std::string& name) { return std::string(log_prefix) + name; }
std::string authority_destination(const std::string& name) { return "timestamp:" + name; }

std::string log_named(std::string_view destination) {
  if (destination.starts_with(log_prefix)) destination.remove_prefix(log_prefix.size());
  return std::string(destination);
}

std::string write_plan(const Plan& plan) {
  if (plan.empty()) return "";
  return line_of("logs", plan.logs) +
         line_of(fmt::format("timestamps {}", plan.timestamps), plan.authorities);
}

Result<Plan> parse_plan(std::string_view text) {
  Plan plan;
  if (text.empty()) return plan;
  std::string_view rest = text;
  std::vector<std::string> logs = words_of(take_line(rest));
  std::vector<std::string> stamps = words_of(take_line(rest));
  if (logs.empty() || logs[0] != "logs" || stamps.size() < 2 || stamps[0] != "timestamps" ||
      !rest.empty()) {
    return damaged(text);
  }
  const std::string& count = stamps[1];
  const auto [end, error] =
      std::from_chars(count.data(), count.data() + count.size(), plan.timestamps);
  if (error != std::errc{} || end != count.data() + count.size()) return damaged(text);
  plan.logs.assign(logs.begin() + 1, logs.end());
  plan.authorities.assign(stamps.begin() + 2, stamps.end());
  return plan;
}

}  // namespace chancery::daemon
