// One key that is spoilt, beside others of its backend: these sign on, it is refused by name with
// what to do, and it signs again once it is mended, without a restart.
#include <gmock/gmock.h>

#include "chancery/v1/keys.pb.h"
#include "tests/end_to_end/chancery_run.h"
#include "tests/end_to_end/configured_daemon.h"
#include "tests/support/devices/soft_hsm.h"
#include "tests/support/devices/swtpm.h"
#include "tests/support/patience.h"

namespace chancery::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A device and its [[backend]], named "device"; and a way to spoil its key "bad".
class Spoilable {
 public:
  virtual ~Spoilable() = default;
  virtual std::string table() const = 0;
  virtual void spoil() = 0;
  virtual void mend() = 0;
};

// A folder with one file a key: software's own, or a TPM's.
class KeyFolder : public Spoilable {
 public:
  void spoil() override {
    whole_ = read_text(file());
    write_text(file(), whole_.substr(0, whole_.size() / 2));
  }
  void mend() override { write_text(file(), whole_); }

 protected:
  std::string folder() const { return (directory_ / "keys").string(); }

 private:
  std::filesystem::path file() const { return directory_ / "keys" / "bad.pem"; }

  TemporaryDirectory directory_;
  std::string whole_;
  const bool is_made_ = std::filesystem::create_directory(directory_ / "keys");
};

class SoftwareFolder final : public KeyFolder {
 public:
  std::string table() const override {
    return "[[backend]]\nname = \"device\"\ntype = \"software\"\ndirectory = \"" + folder() +
           "\"\n";
  }
};

class TpmFolder final : public KeyFolder {
 public:
  std::string table() const override {
    return "[[backend]]\nname = \"device\"\ntype = \"tpm\"\ntcti = \"" + tpm_.tcti() +
           "\"\ndirectory = \"" + folder() + "\"\n";
  }

 private:
  Swtpm tpm_;
};

// Another program imports a second key under the label.
class SharedToken final : public Spoilable {
 public:
  std::string table() const override { return hsm_.table("device"); }
  void spoil() override { added_ = hsm_.import_key("bad"); }
  void mend() override {
    for (const std::filesystem::path& object : added_) std::filesystem::remove(object);
  }

 private:
  SoftHsm hsm_;
  std::vector<std::filesystem::path> added_;
};

struct SpoiltCase {
  std::string name;
  std::string reason;
  std::string what_to_do;
  std::unique_ptr<Spoilable> (*make)();
};

class SpoiltKey : public ::testing::TestWithParam<SpoiltCase> {
 protected:
  std::string configuration() const {
    const auto profile = [](const std::string& key) {
      return "[[profile]]\nname = \"" + key + "\"\nbackend = \"device\"\nkey = \"" + key +
             "\"\nsigns = \"digests\"\n";
    };
    return we_may() + device_->table() + profile("good") + profile("bad");
  }
  ProgramOutcome chancery(std::vector<std::string> arguments) const {
    return run(chancery_command(std::move(arguments), work_.path(), daemon_.socket()));
  }
  void make(const std::string& key) const {
    const auto made =
        chancery({"keys", "make", "device:" + key, "--algorithm", "ecdsa-p256-sha256"});
    ASSERT_EQ(made.status, 0) << made.err;
  }
  // An error without words: it signed.
  Error sign(const std::string& profile) {
    v1::SignRequest request = sign_request(std::to_string(++asked_), profile);
    request.set_profile(profile);
    const auto reply = daemon_.call<v1::SignReply>(signer, "Sign", request);
    return reply.ok() ? Error{} : reply.error();
  }

  std::unique_ptr<Spoilable> device_ = GetParam().make();
  ConfiguredDaemon daemon_{we_may() + device_->table()};
  TemporaryDirectory work_;
  int asked_ = 0;
};

TEST_P(SpoiltKey, IsRefusedByNameAndSignsAgainOnceMendedWhileTheOthersSignOn) {
  make("good");
  make("bad");
  daemon_.stop();
  device_->spoil();
  daemon_.write(configuration());
  daemon_.start();

  EXPECT_EQ(sign("good").message, "");
  const Error refused = sign("bad");
  EXPECT_EQ(refused.code, ErrorCode::unavailable);
  EXPECT_EQ(refused.reason, GetParam().reason);
  EXPECT_THAT(refused.message, AllOf(HasSubstr("bad"), HasSubstr(GetParam().what_to_do)));
  EXPECT_THAT(chancery({"keys", "list"}).out,
              AllOf(HasSubstr("unusable"), HasSubstr("device:bad: " + refused.message)));
  const auto status = chancery({"status"});
  EXPECT_EQ(status.status, 1);
  EXPECT_THAT(status.out, HasSubstr("TROUBLE: key device:bad cannot be used: " + refused.message));
  EXPECT_THAT(daemon_.standard_error(), HasSubstr("the key device:bad cannot be used"));

  device_->mend();
  const Patience give_up;
  while (!sign("bad").message.empty()) ASSERT_FALSE(give_up.ended()) << sign("bad").message;
  EXPECT_EQ(sign("good").message, "");
  EXPECT_THAT(chancery({"keys", "list"}).out, Not(HasSubstr("unusable")));
}

INSTANTIATE_TEST_SUITE_P(
    Devices, SpoiltKey,
    ::testing::Values(
        SpoiltCase{
            "Software", "KEY_FILE_DAMAGED", "restore it from a backup",
            []() -> std::unique_ptr<Spoilable> { return std::make_unique<SoftwareFolder>(); }},
        SpoiltCase{"Swtpm", "KEY_FILE_DAMAGED", "restore it from a backup",
                   []() -> std::unique_ptr<Spoilable> { return std::make_unique<TpmFolder>(); }},
        SpoiltCase{"SoftHsm", "KEY_AMBIGUOUS", "say which with object and id",
                   []() -> std::unique_ptr<Spoilable> { return std::make_unique<SharedToken>(); }}),
    [](const auto& device) { return device.param.name; });

}  // namespace
}  // namespace chancery::testing
