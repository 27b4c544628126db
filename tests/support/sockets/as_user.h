// Other users, without a process for each.
#pragma once

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <functional>
#include <thread>

namespace chancery::testing {

// Root's. Runs `work` as `uid`: what connects meanwhile is of that user, whoever uses it later, and
// whatever lies in its way. Linux has a user per thread; only libc's own calls change all of them.
inline void as_user(uid_t uid, const std::function<void()>& work) {
  std::thread other([uid, &work] {
    constexpr long unchanged = -1;
    if (::syscall(SYS_setresuid, unchanged, uid, unchanged) != 0) return;
    ::syscall(SYS_setfsuid, 0);  // files are found as by root
    work();
  });
  other.join();
}

}  // namespace chancery::testing
