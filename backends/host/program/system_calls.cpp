#include "backends/host/program/system_calls.h"

#include <fmt/format.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace chancery::host {
namespace {

constexpr std::uint32_t refuse = SCMP_ACT_ERRNO(EPERM);

// A filter under construction; the first failure stays.
class Filter {
 public:
  explicit Filter(std::uint32_t otherwise) : context_(seccomp_init(otherwise), seccomp_release) {
    if (context_ == nullptr) failure_ = -ENOMEM;
  }

  void rule(std::uint32_t action, int system_call) {
    if (failure_ == 0) failure_ = seccomp_rule_add(context_.get(), action, system_call, 0);
  }
  void rule(std::uint32_t action, int system_call, scmp_arg_cmp condition) {
    if (failure_ == 0) {
      failure_ = seccomp_rule_add_array(context_.get(), action, system_call, 1, &condition);
    }
  }
  Result<void> load() {
    if (failure_ == 0) failure_ = seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_TSYNC, 1);
    if (failure_ == 0) failure_ = seccomp_load(context_.get());
    if (failure_ == 0) return {};
    return unsupported("SECCOMP_FAILED", fmt::format("cannot confine the key host by seccomp: {}",
                                                     std::strerror(-failure_)));
  }

 private:
  std::unique_ptr<void, void (*)(scmp_filter_ctx)> context_;
  int failure_ = 0;
};

// Ways to another program, another process, another kernel object than a device's file.
constexpr int forbidden_to_all[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(kill),
    SCMP_SYS(pidfd_send_signal),
    SCMP_SYS(rt_sigqueueinfo),
    SCMP_SYS(kcmp),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(keyctl),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(setns),
    SCMP_SYS(unshare),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(acct),
    SCMP_SYS(quotactl),
    // io_uring would carry sockets past this filter.
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
};

constexpr int allowed_in_memory[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(close),
    SCMP_SYS(futex),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(mlock),
    SCMP_SYS(munlock),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(tgkill),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(sched_yield),
    SCMP_SYS(membarrier),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

}  // namespace

Result<void> forbid_network_and_programs() {
  Filter filter(SCMP_ACT_ALLOW);
  for (const int system_call : forbidden_to_all) filter.rule(refuse, system_call);
  // Local sockets stay: pcscd and a TPM's resource manager are reached so.
  filter.rule(refuse, SCMP_SYS(socket), scmp_arg_cmp{0, SCMP_CMP_NE, AF_UNIX, 0});
  return filter.load();
}

Result<void> allow_memory_only() {
  Filter filter(refuse);
  for (const int system_call : allowed_in_memory) filter.rule(SCMP_ACT_ALLOW, system_call);
  for (const int system_call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
    filter.rule(SCMP_ACT_ALLOW, system_call, scmp_arg_cmp{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0});
  }
  return filter.load();
}

}  // namespace chancery::host
