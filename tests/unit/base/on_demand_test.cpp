#include "core/base/on_demand.h"

#include <gtest/gtest.h>

#include <new>
#include <thread>
#include <vector>

namespace chancery {
namespace {

TEST(OnDemand, IsMadeWhenItIsAskedForAndThenKept) {
  int made = 0;
  const OnDemand<int> number([&made] { return Result<int>(++made); });
  EXPECT_EQ(made, 0);
  const OnDemand<int> copy = number;
  EXPECT_EQ(*number.get(), 1);
  EXPECT_EQ(*copy.get(), 1);
  EXPECT_EQ(made, 1);
}

TEST(OnDemand, AFailureIsKeptToo) {
  int asked = 0;
  const OnDemand<int> number([&asked]() -> Result<int> {
    ++asked;
    return not_found("NO_NUMBER", "");
  });
  EXPECT_EQ(number.get().error().reason, "NO_NUMBER");
  EXPECT_EQ(number.get().error().reason, "NO_NUMBER");
  EXPECT_EQ(asked, 1);
}

TEST(OnDemand, WantOfMemoryIsNotKept) {
  bool is_wanting = true;
  const OnDemand<int> number([&is_wanting] {
    if (std::exchange(is_wanting, false)) throw std::bad_alloc();
    return Result<int>(1);
  });
  EXPECT_THROW(number.get(), std::bad_alloc);
  EXPECT_EQ(*number.get(), 1);
}

TEST(OnDemand, ThreadsThatAskAtOnceGetOneValue) {
  const OnDemand<std::vector<int>> list([] { return Result(std::vector<int>(1000, 7)); });
  std::vector<const Result<std::vector<int>>*> got(8);
  std::vector<std::thread> threads;
  threads.reserve(got.size());
  for (auto& each : got) threads.emplace_back([&each, &list] { each = &list.get(); });
  for (std::thread& thread : threads) thread.join();
  for (const auto* each : got) EXPECT_EQ(each, got.front());
}

}  // namespace
}  // namespace chancery
