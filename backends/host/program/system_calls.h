// What a key host may ask of the kernel (seccomp).
#pragma once

#include "core/base/result.h"

namespace chancery::host {

// Before any foreign code runs: no network, no other programs, no other processes' memory. What
// is refused fails with EPERM. Stays for good, also in threads made later.
// Error (both): unsupported SECCOMP_FAILED.
Result<void> forbid_network_and_programs();

// In all threads, for good: memory, time, threads' signals to each other, and reading and writing
// what is open. No files, no sockets, no new threads.
Result<void> allow_memory_only();

}  // namespace chancery::host
