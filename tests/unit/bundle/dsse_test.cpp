#include "core/bundle/dsse.h"

#include <gtest/gtest.h>

namespace chancery::bundle {
namespace {

TEST(Dsse, PaeCountsTypeAndPayloadInBytes) {
  EXPECT_EQ(pae_prefix("http://example.com/HelloWorld", 11),
            "DSSEv1 29 http://example.com/HelloWorld 11 ");
}

TEST(Dsse, TheDigestIsOfPrefixAndPayload) {
  const Digest expected = digest(HashAlgorithm::sha384, as_bytes("DSSEv1 1 t 7 payload"));
  EXPECT_EQ(pae_digest(HashAlgorithm::sha384, "t", as_bytes("payload")), expected);
}

}  // namespace
}  // namespace chancery::bundle
