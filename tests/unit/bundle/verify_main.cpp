// Judges with libcrypto as `chancery verify` starts it; the daemon's and the other tests' has all
// algorithms.
#include <gtest/gtest.h>

#include "core/crypto/start.h"

int main(int argc, char** argv) {
  chancery::start_for_verifying();
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
