// What a key host gives up before it reads its first message.
#pragma once

namespace chancery::host {

// No new privileges, no core dump, no debugger, few descriptors, memory and files of the sizes in
// core/base/limits/key_hosts.h; only `socket` and the standard descriptors stay open. Ends the
// process where the kernel refuses: a key host runs shut or not at all.
void harden_process(int socket);

// Keeps keys out of the swap: all memory where the limits allow, else OpenSSL's secure heap for the
// private numbers. Before any key is read. False where neither worked.
bool lock_memory();

// Once its threads run, a memory-only host needs no more of them.
void forbid_more_processes();

}  // namespace chancery::host
