// The life of a software key through the command, against a whole daemon.
#include <gmock/gmock.h>

#include "chancery/v1/keys.pb.h"
#include "tests/end_to_end/chancery_run.h"
#include "tests/end_to_end/configured_daemon.h"

namespace chancery::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string profile(std::string_view name, std::string_view keys) {
  return "[[profile]]\nname = \"" + std::string(name) +
         "\"\nbackend = \"software\"\nkeys = " + std::string(keys) + "\nsigns = \"digests\"\n";
}

class KeyLife : public ::testing::Test {
 protected:
  ProgramOutcome chancery(std::vector<std::string> arguments) const {
    return run(chancery_command(std::move(arguments), work_.path(), daemon_.socket()));
  }
  std::string sign(const std::string& file, const std::string& with = "default") const {
    write_text(work_ / file, file);
    const ProgramOutcome signed_ =
        chancery({"sign", "--profile", with, "--output", file + ".json", file});
    return signed_.status == 0 ? "signed" : signed_.err;
  }
  ProgramOutcome verify(const std::string& file, const std::string& key) const {
    write_text(work_ / "root.json", chancery({"trust", "export"}).out);
    return chancery(
        {"verify", "--bundle", file + ".json", "--key", key, "--trusted-root", "root.json", file});
  }
  void export_key(const std::string& name, const std::string& file) const {
    write_text(work_ / file, chancery({"keys", "public-key", name}).out);
  }
  void make(const std::string& name) const {
    const ProgramOutcome made =
        chancery({"keys", "make", name, "--algorithm", "ecdsa-p256-sha256"});
    ASSERT_EQ(made.status, 0) << made.err;
    EXPECT_THAT(made.out, HasSubstr("BEGIN PUBLIC KEY"));
  }
  void reload(const std::string& more) {
    daemon_.write(more);
    const ProgramOutcome reloaded = chancery({"reload"});
    ASSERT_EQ(reloaded.status, 0) << reloaded.err;
  }

  ConfiguredDaemon daemon_{we_may()};
  TemporaryDirectory work_;
};

TEST_F(KeyLife, MadeKeySignsAfterAReloadAndTheOldOneStaysVerifiable) {
  make("software:a");
  reload(we_may() + profile("release", "[\"a\"]"));
  ASSERT_EQ(sign("one", "release"), "signed");
  export_key("release", "a.pem");
  make("software:b");
  reload(we_may() + profile("release", "[\"b\", \"a\"]"));
  ASSERT_EQ(sign("two", "release"), "signed");
  export_key("release", "b.pem");
  EXPECT_EQ(verify("one", "a.pem").status, 0);
  EXPECT_EQ(verify("two", "b.pem").status, 0);
  EXPECT_NE(verify("two", "a.pem").status, 0);
  EXPECT_THAT(chancery({"keys", "list"}).out, HasSubstr("software:b"));
  EXPECT_EQ(chancery({"keys", "public-key", "software:a"}).out, read_text(work_ / "a.pem"));
}

TEST_F(KeyLife, StoppedProfileAndKeyRefuseAtOnceAndAfterARestart) {
  ASSERT_EQ(sign("one"), "signed");
  ASSERT_EQ(chancery({"profiles", "stop", "default"}).status, 0);
  EXPECT_THAT(sign("two"), HasSubstr("PROFILE_STOPPED"));
  EXPECT_THAT(chancery({"profiles"}).out, HasSubstr("has stopped"));
  daemon_.restart();
  EXPECT_THAT(sign("two"), HasSubstr("PROFILE_STOPPED"));
  ASSERT_EQ(chancery({"profiles", "resume", "default"}).status, 0);
  ASSERT_EQ(chancery({"keys", "stop", "software:default"}).status, 0);
  EXPECT_THAT(sign("two"), HasSubstr("KEY_STOPPED"));
  EXPECT_THAT(chancery({"keys", "list"}).out, HasSubstr("stopped"));
  for (const char* looking : {"status", "doctor"}) {
    const ProgramOutcome looked = chancery({looking});
    EXPECT_EQ(looked.status, 1);
    EXPECT_THAT(looked.out, HasSubstr("profile default signs nothing"));
  }
  ASSERT_EQ(chancery({"keys", "resume", "software:default"}).status, 0);
  EXPECT_EQ(sign("two"), "signed");
}

TEST_F(KeyLife, DeletionAsksFirstAndKeepsWhatAProfileUses) {
  make("software:spare");
  const ProgramOutcome asked = chancery({"keys", "delete", "software:spare"});
  EXPECT_EQ(asked.status, 1);
  EXPECT_THAT(asked.err, HasSubstr("gone for good"));
  EXPECT_THAT(chancery({"keys", "list"}).out, HasSubstr("software:spare"));
  const std::size_t at = asked.err.find("--confirm ");
  ASSERT_NE(at, std::string::npos);
  const std::string token = asked.err.substr(at + 10, 32);
  EXPECT_THAT(chancery({"keys", "delete", "software:spare", "--confirm", "guess"}).err,
              HasSubstr("CONFIRMATION_UNKNOWN"));
  const ProgramOutcome deleted = chancery({"keys", "delete", "software:spare", "--confirm", token});
  EXPECT_EQ(deleted.status, 0) << deleted.err;
  EXPECT_THAT(chancery({"keys", "list"}).out, Not(HasSubstr("software:spare")));
  const ProgramOutcome used = chancery({"keys", "delete", "software:default"});
  EXPECT_EQ(used.status, 1);
  EXPECT_THAT(used.err, HasSubstr("KEY_IN_USE"));
  EXPECT_THAT(used.err, HasSubstr("\"default\""));
  EXPECT_THAT(chancery({"keys", "delete", "software:log"}).err, HasSubstr("KEY_IS_THE_LOGS"));
}

TEST_F(KeyLife, WhatIsDeletedAndMadeAnewByTheCommandMayBeUsedUnderItsOldName) {
  for (const char* file : {"first", "second"}) {
    make("software:a");
    reload(we_may() + profile("release", "[\"a\"]"));
    ASSERT_EQ(sign(file, "release"), "signed");
    reload(we_may());
    const ProgramOutcome asked = chancery({"keys", "delete", "software:a"});
    const std::string token = asked.err.substr(asked.err.find("--confirm ") + 10, 32);
    ASSERT_EQ(chancery({"keys", "delete", "software:a", "--confirm", token}).status, 0);
  }
}

TEST_F(KeyLife, AReloadTakesNoOtherKeyUnderTheNameOfOneThatWasInUse) {
  make("software:a");
  reload(we_may() + profile("release", "[\"a\"]"));
  reload(we_may());
  daemon_.stop();
  const std::filesystem::path keys = daemon_.file().parent_path() / "state/keys";
  std::filesystem::copy_file(keys / "default.pem", keys / "a.pem",
                             std::filesystem::copy_options::overwrite_existing);
  daemon_.start();
  daemon_.write(we_may() + profile("release", "[\"a\"]"));
  const ProgramOutcome refused = chancery({"reload"});
  EXPECT_EQ(refused.status, 3);
  EXPECT_THAT(refused.err, HasSubstr("KEY_REPLACED"));
  EXPECT_EQ(sign("after"), "signed");
}

// A CA of openssl's; the request goes there and the chain comes back.
TEST_F(KeyLife, OpensslTakesItsRequestAndTheChainIsKept) {
  const auto openssl = [this](std::vector<std::string> arguments) {
    const ProgramOutcome done = run({.program = "/usr/bin/openssl",
                                     .arguments = std::move(arguments),
                                     .working_directory = work_.path()});
    EXPECT_EQ(done.status, 0) << done.err;
    return done.out + done.err;
  };
  const ProgramOutcome asked =
      chancery({"keys", "csr", "software:default", "--subject", "CN=Release\\, all, O=Example",
                "--dns", "build.example.com", "--email", "release@example.com"});
  ASSERT_EQ(asked.status, 0) << asked.err;
  write_text(work_ / "csr.pem", asked.out);
  const std::string shown = openssl({"req", "-in", "csr.pem", "-noout", "-text", "-verify"});
  EXPECT_THAT(shown, HasSubstr("self-signature verify OK"));
  EXPECT_THAT(shown, HasSubstr("\"Release, all\""));
  EXPECT_THAT(shown, HasSubstr("DNS:build.example.com, email:release@example.com"));
  openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
           "-keyout", "ca.key", "-subj", "/CN=CA", "-out", "ca.pem", "-days", "2"});
  openssl({"x509", "-req", "-in", "csr.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial",
           "7", "-days", "1", "-out", "leaf.pem"});
  const auto import = [this](const std::string& pem) {
    write_text(work_ / "chain.pem", pem);
    const ProgramOutcome done =
        chancery({"keys", "import-certificates", "software:default", "chain.pem"});
    return done.status == 0 ? "imported" : done.err;
  };
  const std::string leaf = read_text(work_ / "leaf.pem"), ca = read_text(work_ / "ca.pem");
  EXPECT_THAT(import(ca + leaf), HasSubstr("CERTIFICATE_KEY_MISMATCH"));
  EXPECT_THAT(import(leaf + leaf), HasSubstr("CERTIFICATE_CHAIN_INVALID"));
  EXPECT_THAT(import("nothing"), HasSubstr("PEM_MALFORMED"));
  EXPECT_EQ(import(leaf + ca), "imported");
  daemon_.restart();
  const ProgramOutcome listed = chancery({"keys", "list", "--json"});
  EXPECT_THAT(listed.out, HasSubstr("BEGIN CERTIFICATE"));
}

TEST_F(KeyLife, WhatNoCertificateCanHaveIsRefusedByItsReason) {
  const auto refusal = [this](std::vector<std::string> more) {
    std::vector<std::string> all{"keys", "csr", "software:default", "--subject"};
    all.insert(all.end(), more.begin(), more.end());
    const ProgramOutcome asked = chancery(all);
    EXPECT_NE(asked.status, 0);
    return asked.err;
  };
  for (const char* subject : {"release", "XY=a", "CN=", "CN=a,", "C=Germany", "CN=a\\"}) {
    EXPECT_THAT(refusal({subject}), HasSubstr("SUBJECT_MALFORMED")) << subject;
  }
  for (const char* name : {"a b", ".."}) {
    EXPECT_THAT(refusal({"CN=a", "--dns", name}), HasSubstr("ALTERNATIVE_NAME_INVALID")) << name;
  }
  EXPECT_THAT(refusal({"CN=a", "--email", "nobody"}), HasSubstr("ALTERNATIVE_NAME_INVALID"));
  EXPECT_THAT(chancery({"keys", "csr", "software:log", "--subject", "CN=a"}).err,
              HasSubstr("KEY_IS_THE_LOGS"));
}

TEST_F(KeyLife, WhatCannotBeMadeIsRefusedByItsReason) {
  const auto refusal = [this](const std::string& name, const std::string& algorithm) {
    const ProgramOutcome made = chancery({"keys", "make", name, "--algorithm", algorithm});
    EXPECT_NE(made.status, 0);
    return made.err;
  };
  EXPECT_THAT(refusal("software:default", "ed25519"), HasSubstr("KEY_EXISTS"));
  EXPECT_THAT(refusal("hsm:a", "ed25519"), HasSubstr("BACKEND_UNKNOWN"));
  EXPECT_THAT(refusal("software:a", "rot13"), HasSubstr("ALGORITHM_UNKNOWN"));
  EXPECT_THAT(refusal("software:a", "rsa-pss-3072-sha256"), HasSubstr("ALGORITHM_UNSUPPORTED"));
  EXPECT_THAT(refusal("software:../a", "ed25519"), HasSubstr("KEY_NAME_INVALID"));
  EXPECT_THAT(refusal("a", "ed25519"), HasSubstr("KEY_NAME_INVALID"));
  EXPECT_EQ(sign("after"), "signed");
}

}  // namespace
}  // namespace chancery::testing
