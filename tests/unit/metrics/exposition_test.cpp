#include "daemon/metrics/exposition.h"

#include <gtest/gtest.h>

namespace chancery::daemon {
namespace {

TEST(Exposition, EachNameHasItsHelpItsTypeAndItsValues) {
  Exposition out;
  out.counter("a_total", "What it counts.");
  out.value(3, {{"state", "done"}, {"kind", "x"}});
  out.gauge("b", "What it is.");
  out.value(0.25);
  EXPECT_EQ(out.text(),
            "# HELP a_total What it counts.\n# TYPE a_total counter\n"
            "a_total{state=\"done\",kind=\"x\"} 3\n"
            "# HELP b What it is.\n# TYPE b gauge\nb 0.25\n");
}

TEST(Exposition, ANameFromOutsideCannotEndItsLabel) {
  Exposition out;
  out.gauge("a", "h");
  out.value(1, {{"rule", "x\"} 2\n\\"}});
  EXPECT_TRUE(out.text().ends_with("a{rule=\"x\\\"} 2\\n\\\\\"} 1\n")) << out.text();
}

TEST(Exposition, LargeCountsKeepTheirDigits) {
  Exposition out;
  out.gauge("a", "h");
  out.value(1'800'000'123);
  EXPECT_TRUE(out.text().ends_with("a 1800000123\n")) << out.text();
}

}  // namespace
}  // namespace chancery::daemon
