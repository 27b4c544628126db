#include "tests/bench/raw_signer.h"

#include <openssl/ec.h>
#include <openssl/evp.h>

#include <ctime>
#include <memory>

#include "core/base/result.h"
#include "core/crypto/digest.h"

namespace chancery::bench {
namespace {

// What this thread has worked: who else is on the machine does not count.
std::chrono::nanoseconds worked() {
  timespec time{};
  CHANCERY_ASSERT(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// Microseconds for one call, over about `time`.
template <typename Work>
double microseconds_each(std::chrono::milliseconds time, Work work) {
  std::size_t count = 0;
  const auto began = worked();
  while (worked() - began < time) {
    for (int i = 0; i < 64; ++i) work();
    count += 64;
  }
  const std::chrono::duration<double, std::micro> took = worked() - began;
  return took.count() / static_cast<double>(count);
}

}  // namespace

RawRate measure_raw(const std::string& curve, std::chrono::milliseconds time) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen(curve.c_str()),
                                                           EVP_PKEY_free);
  using Context = std::unique_ptr<EVP_PKEY_CTX, void (*)(EVP_PKEY_CTX*)>;
  const Context sign(EVP_PKEY_CTX_new(key.get(), nullptr), EVP_PKEY_CTX_free);
  const Context verify(EVP_PKEY_CTX_new(key.get(), nullptr), EVP_PKEY_CTX_free);
  CHANCERY_ASSERT(EVP_PKEY_sign_init(sign.get()) == 1);
  CHANCERY_ASSERT(EVP_PKEY_verify_init(verify.get()) == 1);
  const Sha256 digest = sha256(as_bytes("raw"));
  Bytes signature(128);
  std::size_t length = signature.size();
  const double sign_us = microseconds_each(time, [&] {
    length = signature.size();
    CHANCERY_ASSERT(
        EVP_PKEY_sign(sign.get(), signature.data(), &length, digest.data(), digest.size()) == 1);
  });
  const double verify_us = microseconds_each(time, [&] {
    CHANCERY_ASSERT(
        EVP_PKEY_verify(verify.get(), signature.data(), length, digest.data(), digest.size()) == 1);
  });
  return {"libcrypto " + curve, 1e6 / sign_us, sign_us, verify_us};
}

}  // namespace chancery::bench
