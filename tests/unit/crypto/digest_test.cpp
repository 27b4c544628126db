#include "core/crypto/digest.h"

#include <gtest/gtest.h>

#include "core/base/encoding.h"

namespace chancery {
namespace {

TEST(Digest, AgreesWithFips180) {
  // FIPS 180-2, appendices B.1, D.1 and C.1: "abc".
  EXPECT_EQ(hex_encode(sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_encode(digest(HashAlgorithm::sha384, as_bytes("abc")).value),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
            "8086072ba1e7cc2358baeca134c825a7");
  EXPECT_EQ(hex_encode(digest(HashAlgorithm::sha512, as_bytes("abc")).value),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Digest, AStreamHashesThePiecesAsOne) {
  DigestStream stream(HashAlgorithm::sha256);
  stream.update(as_bytes("a"));
  stream.update({});
  stream.update(as_bytes("bc"));
  EXPECT_EQ(stream.finish(), digest(HashAlgorithm::sha256, as_bytes("abc")));
  EXPECT_EQ(sha256({as_bytes("a"), as_bytes("bc")}), sha256(as_bytes("abc")));
}

}  // namespace
}  // namespace chancery
