#include "client/terminal/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "core/base/limits/command.h"
#include "core/base/utf8.h"

namespace chancery::client {

namespace {

// ECMA-48: to the first column, erase to the end of the line.
constexpr std::string_view erase_line = "\r\x1b[K";

std::uint64_t percent(std::uint64_t done, std::uint64_t all) {
  // A file may grow while it is read: never more than the whole.
  return done >= all ? 100
                     : static_cast<std::uint64_t>(100.0 * static_cast<double>(done) /
                                                  static_cast<double>(all));
}

}  // namespace

std::string size_text(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> units{"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) return fmt::format("{} bytes", bytes);
  double amount = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (amount >= 1024 && unit + 1 < units.size()) {
    amount /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", amount, units.at(unit));
}

Progress::Progress(bool is_wanted)
    : is_wanted_(is_wanted && ::isatty(STDERR_FILENO) == 1), started_(Clock::now()) {}

Progress::~Progress() { clear(); }

void Progress::show_bytes(std::string_view what, std::uint64_t bytes_done, std::uint64_t bytes_all,
                          Clock::time_point now) {
  if (!is_due(now)) return;
  if (bytes_all == 0) {
    draw(fmt::format("Hashing {}  {}", what, size_text(bytes_done)));
    return;
  }
  draw(fmt::format("Hashing {}  {} %  {} of {}", what, percent(bytes_done, bytes_all),
                   size_text(bytes_done), size_text(bytes_all)));
}

void Progress::show_count(std::string_view what, std::uint64_t done, std::uint64_t all,
                          std::string_view unit, Clock::time_point now) {
  if (is_due(now)) draw(fmt::format("{} {} of {} {}", what, done, all, unit));
}

bool Progress::is_due(Clock::time_point now) {
  if (!is_wanted_ || now - started_ < limits::progress_silence) return false;
  if (is_visible_ && now - drawn_at_ < limits::progress_interval) return false;
  drawn_at_ = now;
  return true;
}

void Progress::draw(std::string_view line) {
  const std::string text = fmt::format("{}{}", erase_line, printable(line));
  is_visible_ = true;
  if (drawn_ != nullptr) {
    drawn_->append(text);
    return;
  }
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

void Progress::clear() {
  if (!is_visible_) return;
  draw("");
  is_visible_ = false;
}

}  // namespace chancery::client
