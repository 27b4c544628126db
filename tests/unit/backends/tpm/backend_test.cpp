// The backend on a real (software) TPM, and others' tools on what it makes.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "tests/support/devices/tpm_keys.h"
#include "tests/support/program_run.h"

namespace chancery::tpm {
namespace {

using ::testing::HasSubstr;
using testing::read_text;
using testing::write_text;

class TpmBackend : public testing::TpmKeys {
 protected:
  testing::ProgramOutcome openssl(std::vector<std::string> arguments) const {
    return testing::run({.program = "/usr/bin/openssl",
                         .arguments = std::move(arguments),
                         .working_directory = swtpm_.directory().path(),
                         .environment = {{"TPM2OPENSSL_TCTI", swtpm_.tcti()}}});
  }
  testing::ProgramOutcome openssl_with_tpm(std::string command,
                                           std::vector<std::string> arguments) const {
    std::vector<std::string> words = {std::move(command), "-provider", "tpm2",
                                      "-provider",        "default",   "-propquery",
                                      "?provider=tpm2"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return openssl(std::move(words));
  }
  static std::string public_pem(KeyBackend& backend, std::size_t at = 0) {
    const KeyInfo key = backend.list_keys(soon()).value().at(at);
    return PublicKey::from_spki(key.spki)->pem();
  }
};

TEST_F(TpmBackend, MadeFileIsForUsAlone) {
  ASSERT_NE(open_one(), nullptr);
  struct stat status {};
  ASSERT_EQ(stat((keys_ / "key.pem").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  EXPECT_THAT(read_text(keys_ / "key.pem"), HasSubstr("BEGIN TSS2 PRIVATE KEY"));
}

TEST_F(TpmBackend, Tpm2OpensslReadsOurKeyAndSignsWithIt) {
  const auto backend = open_one();
  const auto read = openssl_with_tpm("pkey", {"-in", "keys/key.pem", "-pubout"});
  ASSERT_EQ(read.status, 0) << read.err;
  EXPECT_EQ(read.out, public_pem(*backend));
  write_text(swtpm_.directory() / "message", "a message");
  const auto signed_there =
      openssl_with_tpm("dgst", {"-sha256", "-sign", "keys/key.pem", "-out", "theirs", "message"});
  ASSERT_EQ(signed_there.status, 0) << signed_there.err;
  const KeyInfo key = backend->list_keys(soon()).value().at(0);
  const std::string theirs = read_text(swtpm_.directory() / "theirs");
  EXPECT_TRUE(PublicKey::from_spki(key.spki)
                  ->verify_message(key.algorithm, as_bytes("a message"), as_bytes(theirs))
                  .ok());
}

TEST_F(TpmBackend, Tpm2OpensslAsksForTheValueOfOurKey) {
  ASSERT_NE(open_one({auth_file("tulip")}), nullptr);
  write_text(swtpm_.directory() / "message", "a message");
  const auto sign_with = [this](const std::string& value) {
    return openssl_with_tpm("dgst", {"-sha256", "-sign", "keys/key.pem", "-passin", "pass:" + value,
                                     "-out", "theirs", "message"});
  };
  EXPECT_EQ(sign_with("tulip").status, 0) << sign_with("tulip").err;
  EXPECT_NE(sign_with("rose").status, 0);
}

TEST_F(TpmBackend, KeyThatTpm2OpensslMadeSigns) {
  const auto made = openssl_with_tpm(
      "genpkey", {"-algorithm", "EC", "-pkeyopt", "group:P-256", "-out", "keys/theirs.pem"});
  ASSERT_EQ(made.status, 0) << made.err;
  std::filesystem::permissions(keys_ / "theirs.pem", std::filesystem::perms(0600));
  const auto backend = open({});
  EXPECT_EQ(sign(*backend, "theirs"), "");
}

TEST_F(TpmBackend, OpensslAndTheTpmVerifyWhatWeSign) {
  const auto backend = open_one();
  write_text(swtpm_.directory() / "message", "a message");
  write_text(swtpm_.directory() / "public.pem", public_pem(*backend));
  const Sha256 digest = sha256(as_bytes("a message"));
  const Bytes signature = backend->sign("key", digest, soon()).value();
  write_text(swtpm_.directory() / "signature", as_text(signature));
  const auto verified =
      openssl({"dgst", "-sha256", "-verify", "public.pem", "-signature", "signature", "message"});
  EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
  swtpm_.tool("tpm2_flushcontext", {"-t"});
  swtpm_.tool("tpm2_loadexternal", {"-C", "n", "-G", "ecc", "-u", "public.pem", "-c", "external"});
  swtpm_.tool("tpm2_verifysignature", {"-c", "external", "-g", "sha256", "-m", "message", "-f",
                                       "ecdsa", "-s", "signature"});
}

TEST_F(TpmBackend, LargerRsaKeySigns) {
  const auto backend = open({{"make_missing", "key=rsa-pkcs1v15-3072-sha256"}});
  EXPECT_EQ(sign(*backend), "");
}

TEST_F(TpmBackend, AlgorithmThatTheTpmHasNotIsUnsupported) {
  const auto opened = try_open({{"make_missing", "key=rsa-pkcs1v15-4096-sha256"}});
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().reason, "ALGORITHM_UNSUPPORTED");
  EXPECT_THAT(opened.error().message, HasSubstr("4096"));
}

TEST_F(TpmBackend, PersistentKeySigns) {
  swtpm_.make_persistent_key("0x81000200");
  const auto backend = open({{"persistent", "release=0x81000200"}});
  EXPECT_EQ(sign(*backend, "release"), "");
  EXPECT_EQ(sign(*backend, "release"), "");
}

TEST_F(TpmBackend, KeyBoundToPcrsSignsWhileTheyHold) {
  const TpmKeys::Options options = {{"pcrs", "9"}, auth_file("tulip")};
  const auto backend = open_one(options);
  EXPECT_EQ(sign(*backend), "");
  EXPECT_EQ(sign(*backend), "");  // the session is kept
  swtpm_.tool("tpm2_pcrextend",
              {"9:sha256=0000000000000000000000000000000000000000000000000000000000000001"});
  EXPECT_EQ(sign(*backend), "TPM_PCRS_DIFFER");
  swtpm_.reset();
  EXPECT_EQ(sign(*backend), "");
}

TEST_F(TpmBackend, PolicyAsksForTheValueToo) {
  const TpmKeys::Options options = {{"pcrs", "9"}, {"bus", "untrusted"}};
  TpmKeys::Options right = options;
  right.push_back(auth_file("tulip"));
  EXPECT_EQ(sign(*open_one(right)), "");
  TpmKeys::Options wrong = options;
  wrong.push_back(auth_file("rose"));
  EXPECT_EQ(try_open(wrong).error().reason, "TPM_AUTH_WRONG");
  EXPECT_EQ(sign(*open(options)), "TPM_AUTH_MISSING");
}

TEST_F(TpmBackend, ValueLongerThanTheTpmTakesIsRefused) {
  EXPECT_EQ(try_open({auth_file(std::string(33, 'a'))}).error().reason, "TPM_AUTH_TOO_LONG");
}

// A key's own value is not to blame, nor remembered as a wrong one.
TEST_F(TpmBackend, PasswordOfTheOwnerHierarchyIsTold) {
  const TpmKeys::Options options = {auth_file("tulip"), {"guard_guessing", "true"}};
  const auto backend = open_one(options);
  EXPECT_EQ(sign(*backend), "");
  const std::string remembered = read_text(keys_ / "rejected-value");
  swtpm_.tool("tpm2_changeauth", {"-c", "owner", "daffodil"});
  swtpm_.reset();
  EXPECT_EQ(sign(*backend), "TPM_OWNER_AUTH_SET");
  const Error refused = try_open(options).error();
  EXPECT_EQ(refused.reason, "TPM_OWNER_AUTH_SET");
  EXPECT_THAT(refused.message, HasSubstr("owner hierarchy has a password"));
  EXPECT_EQ(read_text(keys_ / "rejected-value"), remembered);
  swtpm_.tool("tpm2_changeauth", {"-c", "owner", "-p", "daffodil"});
  EXPECT_EQ(sign(*backend), "");
}

TEST_F(TpmBackend, TwoKeysOfOneNameAreRefused) {
  ASSERT_NE(open_one(), nullptr);
  swtpm_.make_persistent_key("0x81000200");
  const auto backend = open({{"persistent", "key=0x81000200"}});
  EXPECT_TRUE(backend->list_keys(soon())->empty());
  EXPECT_EQ(sign(*backend), "KEY_NAMED_TWICE");
}

TEST_F(TpmBackend, WhatCannotBeUsedLeavesTheOthers) {
  ASSERT_NE(open_one({auth_file("tulip")}), nullptr);
  write_text(keys_ / "cut.pem", read_text(keys_ / "key.pem").substr(0, 100));
  write_text(keys_ / "open.pem", read_text(keys_ / "key.pem"));  // mode 0644
  std::filesystem::permissions(keys_ / "cut.pem", std::filesystem::perms(0600));
  std::filesystem::permissions(keys_ / "open.pem", std::filesystem::perms(0644));
  const auto other = open({auth_file("rose"), {"make_missing", "foreign=ecdsa-p256-sha256"}});
  EXPECT_EQ(sign(*other, "foreign"), "");
  EXPECT_EQ(sign(*other), "TPM_AUTH_WRONG");
  const auto backend = open({auth_file("tulip"),
                             {"make_missing", "cut=ecdsa-p256-sha256"},
                             {"persistent", "absent=0x81000299"}});
  EXPECT_EQ(sign(*backend), "");
  EXPECT_EQ(sign(*backend, "cut"), "KEY_FILE_DAMAGED");
  EXPECT_EQ(sign(*backend, "open"), "FILE_MODE_UNSAFE");
  EXPECT_EQ(sign(*backend, "absent"), "TPM_HANDLE_LOST");
  EXPECT_EQ(sign(*backend, "foreign"), "TPM_AUTH_WRONG");
  EXPECT_EQ(backend->unusable_keys().size(), 4U);
}

}  // namespace
}  // namespace chancery::tpm
