#include "core/policy/schedule.h"

#include <algorithm>
#include <array>

#include "core/base/ascii.h"

namespace chancery::policy {
namespace {

using Day = std::chrono::days;
using std::chrono::minutes;

constexpr std::array<std::string_view, 7> day_names = {"sun", "mon", "tue", "wed",
                                                       "thu", "fri", "sat"};

std::string two_digits(long number) { return (number < 10 ? "0" : "") + std::to_string(number); }

std::string clock_words(minutes of_day) {
  return two_digits(of_day.count() / 60) + ":" + two_digits(of_day.count() % 60);
}

// "08:00"
std::optional<minutes> parse_clock(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  if (!is_digit(text[0]) || !is_digit(text[1]) || !is_digit(text[3]) || !is_digit(text[4]))
    return std::nullopt;
  const auto number = [&](std::size_t i) { return (text[i] - '0') * 10 + (text[i + 1] - '0'); };
  const minutes found(number(0) * 60 + number(3));
  if (number(3) > 59 || found > Day(1)) return std::nullopt;
  return found;
}

unsigned weekday_of(std::chrono::sys_days day) { return std::chrono::weekday(day).c_encoding(); }

}  // namespace

minutes Hours::length() const {
  return until > from ? until - from : until + minutes(Day(1)) - from;
}

bool Schedule::contains(WallTime time) const {
  const std::chrono::sys_days today = std::chrono::floor<Day>(time);
  if (hours.empty()) return days.test(weekday_of(today));
  // What began yesterday may not have ended yet.
  for (const std::chrono::sys_days day : {today, today - Day(1)}) {
    if (!days.test(weekday_of(day))) continue;
    const auto into_day = time - WallTime(day);
    const bool is_within = std::ranges::any_of(hours, [&](const Hours& one) {
      return into_day >= one.from && into_day < one.from + one.length();
    });
    if (is_within) return true;
  }
  return false;
}

std::string Schedule::words() const {
  std::string words;
  for (unsigned day = 1; day <= day_names.size() && !days.all(); ++day) {  // from Monday
    if (!days.test(day % 7)) continue;
    words += (words.empty() ? "on " : ", ") + std::string(day_names[day % 7]);
  }
  for (const Hours& one : hours) {
    words += (words.empty()          ? "from "
              : &one == hours.data() ? ", from "
                                     : " or ") +
             clock_words(one.from) + " to " + clock_words(one.until);
  }
  return words + (hours.empty() ? " (UTC)" : " UTC");
}

std::optional<unsigned> parse_day(std::string_view text) {
  const auto found = std::ranges::find(day_names, text);
  if (found == day_names.end()) return std::nullopt;
  return static_cast<unsigned>(found - day_names.begin());
}

std::optional<Hours> parse_hours(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::optional<minutes> from = parse_clock(text.substr(0, dash));
  const std::optional<minutes> until = parse_clock(text.substr(dash + 1));
  if (!from || !until || *from == Day(1)) return std::nullopt;
  return Hours{*from, *until};
}

std::string moment_words(WallTime time) {
  const std::chrono::sys_days day = std::chrono::floor<Day>(time);
  return std::string(day_names[weekday_of(day)]) + " " +
         clock_words(std::chrono::floor<minutes>(time - WallTime(day))) + " UTC";
}

}  // namespace chancery::policy
