// The life of a key in a device, through the command: made, used, certified, deleted.
#include <gmock/gmock.h>

#include "tests/end_to_end/chancery_run.h"
#include "tests/end_to_end/configured_daemon.h"
#include "tests/support/devices/soft_hsm.h"
#include "tests/support/devices/swtpm.h"

namespace chancery::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A device and its [[backend]], named "device".
class Held {
 public:
  virtual ~Held() = default;
  virtual std::string table() const = 0;
};

class HeldToken final : public Held {
 public:
  std::string table() const override { return hsm_.table("device"); }

 private:
  SoftHsm hsm_;
};

class HeldTpm final : public Held {
 public:
  HeldTpm() { std::filesystem::create_directory(tpm_.directory() / "keys"); }
  std::string table() const override {
    return "[[backend]]\nname = \"device\"\ntype = \"tpm\"\ntcti = \"" + tpm_.tcti() +
           "\"\ndirectory = \"" + (tpm_.directory() / "keys").string() + "\"\n";
  }

 private:
  Swtpm tpm_;
};

struct DeviceCase {
  std::string name;
  std::string algorithm;
  std::unique_ptr<Held> (*make)();
};

class DeviceLife : public ::testing::TestWithParam<DeviceCase> {
 protected:
  static std::string profile(std::string_view keys) {
    return "[[profile]]\nname = \"hardware\"\nbackend = \"device\"\nkeys = " + std::string(keys) +
           "\nsigns = \"digests\"\n";
  }
  ProgramOutcome chancery(std::vector<std::string> arguments) const {
    return run(chancery_command(std::move(arguments), work_.path(), daemon_.socket()));
  }
  void succeed(std::vector<std::string> arguments) const {
    const ProgramOutcome done = chancery(std::move(arguments));
    EXPECT_EQ(done.status, 0) << done.err << daemon_.standard_error();
  }
  void openssl(std::vector<std::string> arguments) const {
    const ProgramOutcome done = run({.program = "/usr/bin/openssl",
                                     .arguments = std::move(arguments),
                                     .working_directory = work_.path()});
    EXPECT_EQ(done.status, 0) << done.err;
  }
  void sign_and_verify(const std::string& file) const {
    write_text(work_ / file, file);
    succeed({"sign", "--profile", "hardware", "--output", file + ".json", file});
    write_text(work_ / "root.json", chancery({"trust", "export"}).out);
    write_text(work_ / (file + ".pem"), chancery({"keys", "public-key", "hardware"}).out);
    verify(file);
  }
  void verify(const std::string& file) const {
    succeed({"verify", "--bundle", file + ".json", "--key", file + ".pem", "--trusted-root",
             "root.json", file});
  }
  void certify(const std::string& key) const {
    write_text(work_ / "csr.pem", chancery({"keys", "csr", key, "--subject", "CN=device"}).out);
    openssl({"req", "-in", "csr.pem", "-noout", "-verify"});
    openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-keyout", "ca.key", "-subj", "/CN=CA", "-out", "ca.pem", "-days", "2"});
    openssl({"x509", "-req", "-in", "csr.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial",
             "7", "-days", "1", "-out", "leaf.pem"});
    write_text(work_ / "chain.pem", read_text(work_ / "leaf.pem") + read_text(work_ / "ca.pem"));
    succeed({"keys", "import-certificates", key, "chain.pem"});
  }
  void remove(const std::string& key) const {
    const ProgramOutcome asked = chancery({"keys", "delete", key});
    const std::size_t at = asked.err.find("--confirm ");
    ASSERT_NE(at, std::string::npos) << asked.err;
    succeed({"keys", "delete", key, "--confirm", asked.err.substr(at + 10, 32)});
  }

  std::unique_ptr<Held> device_ = GetParam().make();
  ConfiguredDaemon daemon_{we_may() + device_->table()};
  TemporaryDirectory work_;
};

TEST_P(DeviceLife, KeyIsMadeUsedCertifiedReplacedAndDeleted) {
  succeed({"keys", "make", "device:first", "--algorithm", GetParam().algorithm});
  EXPECT_THAT(chancery({"keys", "make", "device:first", "--algorithm", GetParam().algorithm}).err,
              HasSubstr("KEY_EXISTS"));
  daemon_.write(we_may() + device_->table() + profile("[\"first\"]"));
  succeed({"reload"});
  sign_and_verify("one");
  certify("device:first");

  succeed({"keys", "make", "device:second", "--algorithm", GetParam().algorithm});
  daemon_.write(we_may() + device_->table() + profile("[\"second\", \"first\"]"));
  succeed({"reload"});
  sign_and_verify("two");
  EXPECT_NE(read_text(work_ / "one.pem"), read_text(work_ / "two.pem"));
  EXPECT_THAT(chancery({"keys", "delete", "device:first"}).err, HasSubstr("KEY_IN_USE"));

  daemon_.write(we_may() + device_->table() + profile("[\"second\"]"));
  succeed({"reload"});
  remove("device:first");
  EXPECT_THAT(chancery({"keys", "list"}).out, Not(HasSubstr("device:first")));
  verify("one");
  daemon_.restart();
  EXPECT_THAT(chancery({"keys", "list"}).out, Not(HasSubstr("device:first")));
  sign_and_verify("three");
}

template <typename Device>
std::unique_ptr<Held> made() {
  return std::make_unique<Device>();
}

INSTANTIATE_TEST_SUITE_P(
    Devices, DeviceLife,
    ::testing::Values(DeviceCase{"SoftHsmP256", "ecdsa-p256-sha256", made<HeldToken>},
                      DeviceCase{"SoftHsmP384", "ecdsa-p384-sha384", made<HeldToken>},
                      DeviceCase{"SoftHsmRsa3072", "rsa-pkcs1v15-3072-sha256", made<HeldToken>},
                      DeviceCase{"SwtpmP256", "ecdsa-p256-sha256", made<HeldTpm>},
                      DeviceCase{"SwtpmP384", "ecdsa-p384-sha384", made<HeldTpm>},
                      DeviceCase{"SwtpmRsa2048", "rsa-pkcs1v15-2048-sha256", made<HeldTpm>}),
    [](const ::testing::TestParamInfo<DeviceCase>& device) { return device.param.name; });

}  // namespace
}  // namespace chancery::testing
