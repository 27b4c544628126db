#include "daemon/flows/deadline/backlog.h"

#include <gtest/gtest.h>

namespace chancery::daemon {
namespace {

// At the daemon's start, what a stop left behind is taken up first, and may leave at once.
TEST(Backlog, WokenBeforeItStartsItDoesNothingYet) {
  Backlog backlog;
  backlog.wake();
  EXPECT_EQ(backlog.carried(), 0U);
}

}  // namespace
}  // namespace chancery::daemon
