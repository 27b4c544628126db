#include "core/base/rfc3339.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/ascii.h"

namespace chancery {
namespace {

using namespace std::chrono;

// Takes the text from its front, piece by piece; one wrong piece spoils the whole.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    int value = 0;
    if (rest_.size() < count || !std::ranges::all_of(rest_.substr(0, count), is_digit)) {
      ok_ = false;
      return 0;
    }
    for (const char c : rest_.substr(0, count)) value = value * 10 + (c - '0');
    rest_.remove_prefix(count);
    return value;
  }
  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char wanted) { ok_ = take(wanted) && ok_; }
  bool digit_next() const { return !rest_.empty() && is_digit(rest_.front()); }
  bool finished() const { return ok_ && rest_.empty(); }
  void fail() { ok_ = false; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

microseconds read_fraction(Cursor& cursor) {
  long value = 0;
  int count = 0;
  for (; cursor.digit_next(); ++count) {
    const int digit = cursor.digits(1);
    if (count < 6) value = value * 10 + digit;
  }
  if (count == 0 || count > 9) cursor.fail();
  for (; count < 6; ++count) value *= 10;
  return microseconds(value);
}

minutes read_offset(Cursor& cursor) {
  if (cursor.take('Z')) return minutes(0);
  const bool east = cursor.take('+');
  if (!east) cursor.expect('-');
  const int hour = cursor.digits(2);
  cursor.expect(':');
  const int minute = cursor.digits(2);
  if (hour > 23 || minute > 59) cursor.fail();
  return minutes((east ? 1 : -1) * (hour * 60 + minute));
}

}  // namespace

Result<WallTime> parse_rfc3339(std::string_view text) {
  Cursor cursor(text);
  const int year_number = cursor.digits(4);
  cursor.expect('-');
  const int month_number = cursor.digits(2);
  cursor.expect('-');
  const int day_number = cursor.digits(2);
  cursor.expect('T');
  const int hour = cursor.digits(2);
  cursor.expect(':');
  const int minute = cursor.digits(2);
  cursor.expect(':');
  const int second = cursor.digits(2);
  const microseconds fraction = cursor.take('.') ? read_fraction(cursor) : microseconds(0);
  const minutes offset = read_offset(cursor);
  const year_month_day date{year(year_number), month(static_cast<unsigned>(month_number)),
                            day(static_cast<unsigned>(day_number))};
  if (!cursor.finished() || !date.ok() || year_number < 1 || hour > 23 || minute > 59 ||
      second > 59) {
    return invalid_request(
        "TIME_INVALID", fmt::format("\"{}\" is not an RFC 3339 time, such as 2027-01-15T08:00:00Z",
                                    text.substr(0, 40)));
  }
  return WallTime(sys_days(date) + hours(hour) + minutes(minute) + seconds(second) + fraction -
                  offset);
}

std::string format_rfc3339(WallTime time) {
  const sys_days midnight = floor<days>(time);
  const year_month_day date(midnight);
  const hh_mm_ss clock(time - midnight);
  std::string out =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (clock.subseconds().count() != 0) out += fmt::format(".{:06}", clock.subseconds().count());
  return out + "Z";
}

}  // namespace chancery
