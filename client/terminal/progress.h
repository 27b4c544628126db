// One line on a terminal that says how far long work has come; nothing where nobody looks.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace chancery::client {

// "1.4 GiB", as people say sizes.
std::string size_text(std::uint64_t bytes);

// Draws on standard error, only when that is a terminal, only when the work lasts, and not more
// often than an eye can follow. The line is gone when the value is, and before other text must
// call clear().
class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Progress(bool is_wanted);
  // For tests: draws into `drawn`.
  Progress(std::string& drawn, Clock::time_point started) : drawn_(&drawn), started_(started) {}
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // "Hashing disk.img  43 %  1.2 GiB of 2.8 GiB".
  void show_bytes(std::string_view what, std::uint64_t bytes_done, std::uint64_t bytes_all,
                  Clock::time_point now = Clock::now());
  // "Checked 120 of 4000 entries".
  void show_count(std::string_view what, std::uint64_t done, std::uint64_t all,
                  std::string_view unit, Clock::time_point now = Clock::now());
  void clear();

 private:
  bool is_due(Clock::time_point now);
  void draw(std::string_view line);

  std::string* drawn_ = nullptr;  // null: standard error
  bool is_wanted_ = true;
  bool is_visible_ = false;
  Clock::time_point started_;
  Clock::time_point drawn_at_{};
};

}  // namespace chancery::client
