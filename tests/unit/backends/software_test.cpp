// Key files: what is refused and in which words.
#include "backends/software/software.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <openssl/ec.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "backends/software/key_file.h"
#include "tests/support/temporary_directory.h"

namespace chancery::software {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Deadline soon() { return Deadline::after(std::chrono::seconds(30)); }

class KeyFiles : public ::testing::Test {
 protected:
  KeyFiles() {
    std::filesystem::create_directory(keys_);
    chmod(keys_.c_str(), 0700);
  }

  BackendConfig config(std::vector<std::pair<std::string, std::string>> more = {}) const {
    BackendConfig out{"keys", {{"directory", keys_.string()}}};
    for (auto& option : more) out.options.push_back(std::move(option));
    return out;
  }
  // The error of opening, or else of its one key.
  static Error refusal(const BackendConfig& config) {
    const auto opened = open(config, 1, soon());
    if (!opened.ok()) return opened.error();
    EXPECT_THAT(opened->at(0)->list_keys(soon()).value(), IsEmpty());
    const std::vector<UnusableKey> unusable = opened->at(0)->unusable_keys();
    EXPECT_EQ(unusable.size(), 1U);
    return unusable.empty() ? internal("OPENED", "it opened") : unusable.front().why;
  }
  static std::vector<KeyInfo> list(const BackendConfig& config) {
    const auto opened = open(config, 1, soon());
    EXPECT_TRUE(opened.ok()) << opened.error().message;
    return opened->at(0)->list_keys(soon()).value();
  }
  void write(const std::string& name, std::string_view text, mode_t mode = 0600) const {
    testing::write_text(keys_ / name, text);
    chmod((keys_ / name).c_str(), mode);
  }
  std::string pem(Algorithm algorithm = Algorithm::ecdsa_p256_sha256,
                  const Secret* passphrase = nullptr) const {
    return std::string(
        encode_key(generate_key(algorithm).value().get(), passphrase).value().text());
  }

  testing::TemporaryDirectory directory_;
  std::filesystem::path keys_ = directory_ / "keys";
};

TEST_F(KeyFiles, EmptyDirectoryHasNoKeys) { EXPECT_THAT(list(config()), IsEmpty()); }

TEST_F(KeyFiles, OtherFilesAreNotKeys) {
  write("README", "nothing");
  write(".half.pem.new", "nothing");
  write("a.pem", pem());
  EXPECT_EQ(list(config()).size(), 1U);
}

TEST_F(KeyFiles, MadeFilesAreForUsAlone) {
  list(config({{"make_missing", "one=ecdsa-p256-sha256"}}));
  struct stat status {};
  ASSERT_EQ(stat((keys_ / "one.pem").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  EXPECT_EQ(status.st_nlink, 1U);
  EXPECT_FALSE(std::filesystem::exists(keys_ / ".one.pem.new"));
}

TEST_F(KeyFiles, MissingKeysAreMadeOnce) {
  const BackendConfig both = config({{"make_missing", "one=ecdsa-p256-sha256,two = ed25519"}});
  const std::vector<KeyInfo> first = list(both);
  const std::vector<KeyInfo> second = list(both);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].spki, second[0].spki);
  EXPECT_EQ(first[1].spki, second[1].spki);
}

TEST_F(KeyFiles, KnownKeysAreNotMadeAnew) {
  BackendConfig both = config({{"make_missing", "one=ecdsa-p256-sha256,two = ed25519"}});
  both.known_keys = {"one"};
  const std::vector<KeyInfo> keys = list(both);
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].name, "two");
}

TEST_F(KeyFiles, DraftOfACrashIsMadeAnew) {
  write(".one.pem.new", "half a key");
  EXPECT_EQ(list(config({{"make_missing", "one=ed25519"}})).size(), 1U);
}

TEST_F(KeyFiles, FileThatOthersMayReadIsRefused) {
  for (const mode_t mode : {0640U, 0604U, 0660U, 0644U}) {
    write("a.pem", pem(), mode);
    const Error error = refusal(config());
    EXPECT_EQ(error.reason, "FILE_MODE_UNSAFE");
    EXPECT_THAT(error.message, HasSubstr("a.pem"));
    EXPECT_THAT(error.message, HasSubstr("chmod 0600"));
  }
}

TEST_F(KeyFiles, FileOfAnotherUserIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  write("a.pem", pem());
  ASSERT_EQ(chown((keys_ / "a.pem").c_str(), 12345, 12345), 0);
  EXPECT_EQ(refusal(config()).reason, "FILE_OWNER_WRONG");
}

TEST_F(KeyFiles, SymbolicLinkIsRefused) {
  testing::write_text(directory_ / "elsewhere", pem());
  std::filesystem::create_symlink(directory_ / "elsewhere", keys_ / "a.pem");
  EXPECT_EQ(refusal(config()).reason, "FILE_OPEN_FAILED");
}

TEST_F(KeyFiles, FolderNamedAsAKeyIsRefused) {
  std::filesystem::create_directory(keys_ / "a.pem");
  EXPECT_EQ(refusal(config()).reason, "FILE_NOT_REGULAR");
}

TEST_F(KeyFiles, DirectoryThatOthersMayWriteIsRefused) {
  chmod(keys_.c_str(), 0770);
  EXPECT_EQ(refusal(config()).reason, "KEY_DIRECTORY_UNSAFE");
  chmod(keys_.c_str(), 0700);
}

TEST_F(KeyFiles, HugeFileIsRefused) {
  write("a.pem", std::string(70000, 'a'));
  EXPECT_EQ(refusal(config()).reason, "FILE_TOO_LARGE");
}

TEST_F(KeyFiles, NameThatCannotBeAKeysIsRefused) {
  write("my\xffkey\n.pem", pem());
  EXPECT_EQ(refusal(config()).reason, "KEY_NAME_INVALID");
  EXPECT_THAT(refusal(config()).message, HasSubstr("my?key? cannot name a key"));
  EXPECT_EQ(open(config(), 1, soon())->at(0)->unusable_keys().at(0).name, "my?key?");
}

TEST_F(KeyFiles, OneThatIsDamagedTakesNoOtherWithIt) {
  write("bad.pem", "damaged");
  const BackendConfig wanted = config({{"make_missing", "good=ed25519, bad=ecdsa-p256-sha256"}});
  auto opened = open(wanted, 2, soon()).value();
  for (const auto& backend : opened) {
    EXPECT_TRUE(backend->sign("good", Bytes(9, 1), soon()).ok());
    const auto refused = backend->sign("bad", Bytes(32, 1), soon());
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_EQ(refused.error().reason, "KEY_FILE_DAMAGED");
    EXPECT_THAT(refused.error().message, HasSubstr("bad.pem is damaged: restore it"));
  }
  EXPECT_EQ(testing::read_text(keys_ / "bad.pem"), "damaged");
  auto& maker = dynamic_cast<KeyMaker&>(*opened.at(0));
  EXPECT_EQ(maker.make_key("bad", Algorithm::ed25519, soon()).error().reason, "KEY_EXISTS");
}

TEST_F(KeyFiles, PassphraseThatOpensOnlySomeFilesLeavesThose) {
  const Secret right(to_bytes(as_bytes("tulip")));
  const Secret other(to_bytes(as_bytes("rose")));
  write("a.pem", pem(Algorithm::ecdsa_p256_sha256, &right));
  write("b.pem", pem(Algorithm::ecdsa_p256_sha256, &other));
  testing::write_text(directory_ / "pass", "tulip\n");
  chmod((directory_ / "pass").c_str(), 0600);
  const auto opened =
      open(config({{"passphrase_file", (directory_ / "pass").string()}}), 1, soon()).value();
  EXPECT_TRUE(opened.at(0)->sign("a", Bytes(32, 1), soon()).ok());
  EXPECT_EQ(opened.at(0)->sign("b", Bytes(32, 1), soon()).error().reason, "PASSPHRASE_WRONG");
}

// Every kind of damage: cut at each place, and one byte changed at each place.
TEST_F(KeyFiles, DamagedFileNeverSignsAndIsNamed) {
  const std::string whole = pem();
  for (std::size_t size = 0; size < whole.size() - 1; size += 7) {
    write("a.pem", std::string_view(whole).substr(0, size));
    const Error error = refusal(config());
    EXPECT_EQ(error.reason, "KEY_FILE_DAMAGED") << size;
    EXPECT_EQ(error.code, ErrorCode::unavailable);
    EXPECT_THAT(error.message, HasSubstr("a.pem"));
  }
  const std::size_t body = whole.find('\n') + 1;
  for (std::size_t at = body; at < whole.find("-----END"); ++at) {
    std::string damaged = whole;
    damaged[at] = damaged[at] == 'A' ? 'B' : 'A';
    write("a.pem", damaged);
    const auto opened = open(config(), 1, soon());
    ASSERT_TRUE(opened.ok()) << at;
    const std::vector<UnusableKey> unusable = opened->at(0)->unusable_keys();
    if (unusable.empty()) continue;  // bits that mean nothing, such as the last of the padding
    EXPECT_THAT(unusable.front().why.reason,
                ::testing::AnyOf("KEY_FILE_DAMAGED", "KEY_FILE_UNSUPPORTED"))
        << at;
  }
}

TEST_F(KeyFiles, PrivatePartOfAnotherKeyIsDamage) {
  // A PKCS#8 P-256 key holds its public key too: the halves of two keys make one that lies.
  const PrivateKey one = generate_key(Algorithm::ecdsa_p256_sha256).value();
  const PrivateKey two = generate_key(Algorithm::ecdsa_p256_sha256).value();
  const auto der = [](const PrivateKey& key) {
    unsigned char* out = nullptr;
    const int size = i2d_PrivateKey(key.get(), &out);
    Bytes bytes(out, out + size);
    OPENSSL_free(out);
    return bytes;
  };
  Bytes mixed = der(one);
  const Bytes other = der(two);
  // SEC 1 C.4: the sequence's head (2), version (3), octet string's head (2), 32 bytes of d.
  std::copy(other.begin() + 7, other.begin() + 39, mixed.begin() + 7);
  const unsigned char* cursor = mixed.data();
  const PrivateKey liar(
      d2i_PrivateKey(EVP_PKEY_EC, nullptr, &cursor, static_cast<long>(mixed.size())));
  ASSERT_NE(liar, nullptr);
  write("a.pem", encode_key(liar.get(), nullptr).value().text());
  const Error error = refusal(config());
  EXPECT_EQ(error.reason, "KEY_FILE_DAMAGED");
  EXPECT_THAT(error.message, HasSubstr("do not match"));
}

TEST_F(KeyFiles, KeyThatIsNotPkcs8IsRefused) {
  write("a.pem", "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n");
  const Error error = refusal(config());
  EXPECT_EQ(error.reason, "KEY_FILE_UNSUPPORTED");
  EXPECT_THAT(error.message, HasSubstr("openssl pkcs8"));
}

TEST_F(KeyFiles, KeyOfAnotherCurveIsRefused) {
  const PrivateKey key(EVP_EC_gen("secp256k1"));
  write("a.pem", encode_key(key.get(), nullptr).value().text());
  EXPECT_EQ(refusal(config()).reason, "KEY_FILE_UNSUPPORTED");
}

TEST_F(KeyFiles, EncryptedFileWithoutPassphraseSaysWhatToConfigure) {
  const Secret passphrase(to_bytes(as_bytes("tulip")));
  write("a.pem", pem(Algorithm::ecdsa_p256_sha256, &passphrase));
  const Error error = refusal(config());
  EXPECT_EQ(error.reason, "KEY_FILE_ENCRYPTED");
  EXPECT_THAT(error.message, HasSubstr("passphrase_credential"));
}

TEST_F(KeyFiles, WrongPassphraseIsSaidAndNotShown) {
  const Secret passphrase(to_bytes(as_bytes("tulip-right")));
  write("a.pem", pem(Algorithm::ecdsa_p256_sha256, &passphrase));
  testing::write_text(directory_ / "pass", "rose-wrong\n");
  chmod((directory_ / "pass").c_str(), 0600);
  const Error error = refusal(config({{"passphrase_file", (directory_ / "pass").string()}}));
  EXPECT_EQ(error.reason, "PASSPHRASE_WRONG");
  EXPECT_THAT(error.message, Not(HasSubstr("rose-wrong")));
  testing::write_text(directory_ / "pass", "tulip-right\n");
  EXPECT_EQ(list(config({{"passphrase_file", (directory_ / "pass").string()}})).size(), 1U);
}

TEST_F(KeyFiles, PassphraseFileIsGuardedAsKeysAre) {
  const std::string path = (directory_ / "pass").string();
  testing::write_text(path, "tulip");
  chmod(path.c_str(), 0644);
  EXPECT_EQ(refusal(config({{"passphrase_file", path}})).reason, "FILE_MODE_UNSAFE");
  testing::write_text(path, "\n");
  chmod(path.c_str(), 0600);
  EXPECT_EQ(refusal(config({{"passphrase_file", path}})).reason, "SECRET_EMPTY");
}

TEST_F(KeyFiles, PassphraseComesFromSystemdsCredential) {
  ASSERT_EQ(setenv("CREDENTIALS_DIRECTORY", directory_.path().c_str(), 1), 0);
  testing::write_text(directory_ / "seal", "tulip\n");
  chmod((directory_ / "seal").c_str(), 0440);  // as systemd leaves it
  const BackendConfig with =
      config({{"passphrase_credential", "seal"}, {"make_missing", "a=ecdsa-p256-sha256"}});
  EXPECT_EQ(list(with).size(), 1U);
  EXPECT_THAT(testing::read_text(keys_ / "a.pem"), HasSubstr("ENCRYPTED PRIVATE KEY"));
  EXPECT_EQ(refusal(config({{"passphrase_credential", "other"}})).reason, "FILE_OPEN_FAILED");
  EXPECT_EQ(refusal(config({{"passphrase_credential", "../seal"}})).reason,
            "CREDENTIAL_NAME_INVALID");
  ASSERT_EQ(unsetenv("CREDENTIALS_DIRECTORY"), 0);
  EXPECT_EQ(refusal(with).reason, "CREDENTIAL_MISSING");
}

TEST_F(KeyFiles, CredentialThatIsALinkIsRefused) {
  ASSERT_EQ(setenv("CREDENTIALS_DIRECTORY", directory_.path().c_str(), 1), 0);
  testing::write_text(directory_ / "elsewhere", "tulip\n");
  std::filesystem::create_symlink(directory_ / "elsewhere", directory_ / "seal");
  EXPECT_EQ(refusal(config({{"passphrase_credential", "seal"}})).reason, "FILE_OPEN_FAILED");
  ASSERT_EQ(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

TEST_F(KeyFiles, KeysThatSoftwareCannotHaveAreRefused) {
  auto opened = open(config(), 1, soon());
  auto* maker = dynamic_cast<KeyMaker*>(opened->at(0).get());
  ASSERT_NE(maker, nullptr);
  EXPECT_EQ(maker->make_key("a", Algorithm::rsa_pss_3072_sha256, soon()).error().reason,
            "ALGORITHM_UNSUPPORTED");
  EXPECT_EQ(maker->make_key("../a", Algorithm::ed25519, soon()).error().reason, "KEY_NAME_INVALID");
  EXPECT_EQ(maker->make_key("", Algorithm::ed25519, soon()).error().reason, "KEY_NAME_INVALID");
}

TEST(SoftwareOptions, EveryMistakeIsNamed) {
  EXPECT_THAT(check({"keys", {{"directory", "/keys"}}}), IsEmpty());
  EXPECT_THAT(check({"keys", {}}), ElementsAre(HasSubstr("directory")));
  EXPECT_THAT(check({"keys", {{"directory", "keys"}}}), ElementsAre(HasSubstr("absolute")));
  EXPECT_THAT(check({"keys",
                     {{"directory", "/keys"},
                      {"colour", "red"},
                      {"passphrase_file", "/a"},
                      {"passphrase_credential", "b"},
                      {"make_missing", "a=rsa, =ed25519, b, c=rsa-pss-3072-sha256"}}}),
              ElementsAre(HasSubstr("colour"), HasSubstr("a=rsa"), HasSubstr("=ed25519"),
                          HasSubstr("\"b\""), HasSubstr("pss"), HasSubstr("not both")));
}

}  // namespace
}  // namespace chancery::software
