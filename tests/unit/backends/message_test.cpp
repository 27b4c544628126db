// What the daemon and a key host say to each other.
#include "backends/host/message.h"

#include <gtest/gtest.h>

#include <array>

namespace chancery::host {
namespace {

const Deadline deadline = Deadline::at(Deadline::Clock::time_point(std::chrono::seconds(1234)));

std::vector<ToHost> to_host() {
  return {
      Open{"software",
           {"keys", {{"directory", "/keys"}, {"empty", ""}}, true, {"log", "release"}},
           std::nullopt,
           deadline},
      Open{"pkcs11", {"hsm", {}}, KeyToMake{"new", Algorithm::rsa_pkcs1v15_3072_sha256}, deadline},
      Open{"tpm", {"tpm", {}}, KeyToRemove{"old"}, deadline},
      Open{"tpm", {"tpm", {}}, KeyToAttest{"old", Bytes(32, 7)}, deadline},
      Open{"tpm", {"tpm", {}}, CredentialToActivate{"old", Bytes(336, 8)}, deadline},
      Sign{~0ULL, deadline, "default", Bytes(32, 9)},
      Sign{0, deadline, "", {}},
      Probe{deadline},
  };
}

std::vector<FromHost> from_host() {
  return {
      KeyInfo{"default", Algorithm::ecdsa_p256_sha256, Bytes(91, 1)},
      Opened{4, true, false, true, std::nullopt, std::nullopt, std::nullopt},
      Opened{1, false, true, false, invalid_request("KEY_EXISTS", "there is one"), std::nullopt,
             std::nullopt},
      Opened{1, false, true, false, std::nullopt,
             KeyAttestation{
                 "tpm2-certify", {{"statement", Bytes(9, 1)}, {"signature", {}}}, {Bytes(5, 2)}},
             std::nullopt},
      Opened{1, false, true, false, std::nullopt, std::nullopt, Bytes(32, 4)},
      OpenFailed{unavailable("DEVICE_ABSENT", "no token")},
      Signed{77, Bytes(71, 3)},
      Refused{78, not_found("KEY_NOT_FOUND", "")},
      Refused{79, unavailable("KEY_FILE_DAMAGED", "a.pem is damaged"), true},
      UnusableKey{"bad", unavailable("KEY_AMBIGUOUS", "its label fits two private keys")},
      Probed{},
      Probed{unavailable("TOKEN_ABSENT", "no token")},
  };
}

TEST(KeyHostMessage, ReadsBackAsItWasWritten) {
  for (const ToHost& message : to_host()) {
    const Bytes packet = encode(message);
    const auto read = decode_to_host(packet);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->index(), message.index());
    EXPECT_EQ(encode(*read), packet);
  }
  for (const FromHost& message : from_host()) {
    const Bytes packet = encode(message);
    const auto read = decode_from_host(packet);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->index(), message.index());
    EXPECT_EQ(encode(*read), packet);
  }
}

TEST(KeyHostMessage, KeepsEveryField) {
  const auto open = decode_to_host(encode(to_host()[1]));
  const Open& read = std::get<Open>(*open);
  EXPECT_EQ(read.backend_type, "pkcs11");
  EXPECT_EQ(read.config.name, "hsm");
  ASSERT_TRUE(read.task.has_value());
  const auto& task = std::get<KeyToMake>(*read.task);
  EXPECT_EQ(task.name, "new");
  EXPECT_EQ(task.algorithm, Algorithm::rsa_pkcs1v15_3072_sha256);
  EXPECT_EQ(read.deadline.when(), deadline.when());
  const auto opened = decode_from_host(encode(from_host()[2]));
  EXPECT_TRUE(std::get<Opened>(*opened).files_confined);
  EXPECT_EQ(std::get<Opened>(*opened).task_trouble->reason, "KEY_EXISTS");
  const auto attested = decode_from_host(encode(from_host()[3]));
  const KeyAttestation& attestation = *std::get<Opened>(*attested).attestation;
  EXPECT_EQ(attestation.format, "tpm2-certify");
  EXPECT_EQ(*attestation.find("statement"), Bytes(9, 1));
  EXPECT_EQ(attestation.certificates, std::vector<Bytes>{Bytes(5, 2)});
  const auto activated = decode_from_host(encode(from_host()[4]));
  EXPECT_EQ(std::get<Opened>(*activated).hidden, Bytes(32, 4));
  const auto refused = decode_from_host(encode(from_host()[8]));
  EXPECT_TRUE(std::get<Refused>(*refused).key_is_unusable);
  const auto unusable = decode_from_host(encode(from_host()[9]));
  EXPECT_EQ(std::get<UnusableKey>(*unusable).name, "bad");
  EXPECT_EQ(std::get<UnusableKey>(*unusable).why.reason, "KEY_AMBIGUOUS");
}

TEST(KeyHostMessage, CutShortOrTooLongIsMalformed) {
  for (const FromHost& message : from_host()) {
    Bytes packet = encode(message);
    for (std::size_t size = 0; size < packet.size(); ++size) {
      const auto read = decode_from_host(ByteView(packet).first(size));
      ASSERT_FALSE(read.ok()) << size;
      EXPECT_EQ(read.error().code, ErrorCode::corrupt);
      EXPECT_EQ(read.error().reason, "MESSAGE_MALFORMED");
    }
    packet.push_back(0);
    EXPECT_FALSE(decode_from_host(packet).ok());
  }
}

TEST(KeyHostMessage, OneSidesMessagesAreNotTheOthers) {
  for (const ToHost& message : to_host()) EXPECT_FALSE(decode_from_host(encode(message)).ok());
  for (const FromHost& message : from_host()) EXPECT_FALSE(decode_to_host(encode(message)).ok());
}

TEST(KeyHostMessage, LengthThatLiesIsMalformed) {
  Bytes packet = encode(FromHost(Signed{1, Bytes(8, 3)}));
  packet[9] = 0xff;  // kind, identifier, then the length's first byte
  EXPECT_FALSE(decode_from_host(packet).ok());
  for (std::size_t i = 9; i < 13; ++i) packet[i] = 0xff;
  EXPECT_FALSE(decode_from_host(packet).ok());
}

TEST(KeyHostMessage, UnknownErrorCodeAlgorithmAndFlagAreMalformed) {
  Bytes refused = encode(FromHost(Refused{1, internal("X", "y")}));
  refused[9] = 200;
  EXPECT_FALSE(decode_from_host(refused).ok());
  Bytes key = encode(FromHost(KeyInfo{"k", Algorithm::ed25519, {}}));
  key[10] = 'x';  // kind, "k" with its length, the algorithm's length, "ed25519"
  EXPECT_FALSE(decode_from_host(key).ok());
  Bytes opened = encode(FromHost(Opened{}));
  opened[5] = 2;
  EXPECT_FALSE(decode_from_host(opened).ok());
  Bytes open = encode(ToHost(Open{"", {"", {}}, std::nullopt, deadline}));
  open.back() = 4;  // no such task
  EXPECT_FALSE(decode_to_host(open).ok());
}

}  // namespace
}  // namespace chancery::host
