#include "backends/host/program/hardening.h"

#include <openssl/crypto.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "core/base/limits/key_hosts.h"

namespace chancery::host {
namespace {

// A sanitiser's shadow of all memory is data, too.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr rlim_t data_bytes_max = RLIM_INFINITY;
#else
constexpr rlim_t data_bytes_max = limits::key_host_data_bytes_max;
#endif
// Room for the private numbers of some 250 RSA-4096 keys; a power of two, as are its pieces.
constexpr std::size_t secure_heap_bytes = 1U << 20;
constexpr std::size_t secure_heap_piece_bytes = 32;

void require(bool done, const char* what) {
  if (done) return;
  std::fprintf(stderr, "chancery-keyhost: cannot %s: %s\n", what, std::strerror(errno));
  std::_Exit(1);
}

bool limit(__rlimit_resource resource, rlim_t value) {
  const rlimit both{value, value};
  return setrlimit(resource, &both) == 0;
}

bool may_lock_all() {
  rlimit now{};
  return geteuid() == 0 || (getrlimit(RLIMIT_MEMLOCK, &now) == 0 && now.rlim_cur == RLIM_INFINITY);
}

}  // namespace

void harden_process(int socket) {
  require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "give up new privileges");
  require(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, "refuse to be dumped");
  require(limit(RLIMIT_CORE, 0), "refuse core dumps");
  require(limit(RLIMIT_NOFILE, limits::key_host_descriptors_max), "limit the descriptors");
  require(limit(RLIMIT_FSIZE, limits::key_host_file_bytes_max), "limit the size of files");
  require(limit(RLIMIT_DATA, data_bytes_max), "limit its memory");
  require(close_range(static_cast<unsigned>(socket) + 1, ~0U, 0) == 0, "close what it inherited");
  umask(077);
  // systemd signals every process of the unit, but only the daemon knows when the last signature is
  // out: it closes the socket then. A module's lost connection is an error, not a death, and so is
  // a file that may not grow.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ}) {
    std::signal(signal, SIG_IGN);
  }
}

bool lock_memory() {
  // With a finite limit a later allocation would fail instead: mlockall counts reserved memory too.
  // Pages are locked as they are touched, or every thread's whole stack would become resident.
  if (may_lock_all() && mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0) return true;
  // 2 means that the heap exists and could not be locked.
  return CRYPTO_secure_malloc_init(secure_heap_bytes, secure_heap_piece_bytes) == 1;
}

void forbid_more_processes() { require(limit(RLIMIT_NPROC, 0), "forbid more processes"); }

}  // namespace chancery::host
