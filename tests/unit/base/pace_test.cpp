#include "core/base/pace.h"

#include <gtest/gtest.h>

#include <vector>

namespace chancery {
namespace {

using namespace std::chrono_literals;

// At least 100 bytes in 10 s.
constexpr MinimumPace pace{100, 10s};

struct Look {
  std::chrono::milliseconds when;
  std::size_t bytes;  // so far
  bool is_too_slow;
  bool rests = false;  // nothing is expected at this time
};
struct Case {
  const char* what;
  std::vector<Look> looks;
};

std::vector<Case> cases() {
  return {
      {"nothing comes", {{0s, 0, false}, {9999ms, 0, false}, {10s, 0, true}}},
      {"it stops in the middle",
       {{0s, 0, false}, {1s, 500, false}, {10999ms, 500, false}, {11s, 500, true}}},
      {"a byte now and then",
       {{0s, 0, false}, {3s, 1, false}, {6s, 2, false}, {9s, 3, false}, {10s, 4, true}}},
      {"just too slow", {{0s, 0, false}, {5s, 50, false}, {10s, 99, true}}},
      {"just fast enough",
       {{0s, 0, false}, {10s, 100, false}, {20s, 200, false}, {30s, 300, false}}},
      {"a pause, then a burst, then a pause",
       {{0s, 0, false}, {9s, 0, false}, {9500ms, 1000, false}, {19s, 1000, false}}},
      {"one burst does not pay for later",
       {{0s, 0, false}, {1s, 1'000'000, false}, {11s, 1'000'000, true}}},
      {"the first look finds some, and that is where it begins",
       {{50s, 70, false}, {59s, 80, false}, {60s, 169, true}}},
      {"looks that come late", {{0s, 0, false}, {60s, 100, false}, {120s, 199, true}}},
      {"a rest is not held against it",
       {{0s, 0, false}, {9s, 0, false, true}, {12s, 0, false}, {21s, 0, false}, {22s, 0, true}}},
      {"too slow, and it comes after all", {{0s, 0, false}, {10s, 0, true}, {11s, 100, false}}},
  };
}

TEST(Pace, IsTooSlowWhereTooLittleCameInItsTime) {
  for (const Case& row : cases()) {
    SCOPED_TRACE(row.what);
    PaceWatch watch;
    for (const Look& look : row.looks) {
      SCOPED_TRACE(look.when.count());
      if (look.rests) {
        watch.rest();
      } else {
        EXPECT_EQ(watch.is_too_slow(look.bytes, PaceWatch::Time(look.when), pace),
                  look.is_too_slow);
      }
    }
  }
}

}  // namespace
}  // namespace chancery
