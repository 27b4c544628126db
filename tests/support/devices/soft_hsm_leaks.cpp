// SoftHSM 2.6.1 never frees an Ed25519 point or an Edwards curve's name that it has decoded, and
// these tests load it into their own process. Its frames are only found by walking all of the
// stack: libcrypto, which allocates for it, keeps no frame pointers.
extern "C" {
const char* __asan_default_options();
const char* __lsan_default_suppressions();
}

const char* __asan_default_options() { return "fast_unwind_on_malloc=0"; }
const char* __lsan_default_suppressions() { return "leak:libsofthsm2.so"; }
