// The whole daemon with a profile whose key lies in a (software) TPM.
#include <gmock/gmock.h>

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "tests/end_to_end/configured_daemon.h"
#include "tests/support/program_run.h"
#include "tests/support/swtpm.h"

namespace chancery::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class TpmDaemon : public ::testing::Test {
 protected:
  TpmDaemon() { std::filesystem::create_directory(tpm_.directory() / "keys"); }

  // Asks for a signature with the TPM's key: "" or the reason why not.
  static Result<v1::SignReply> sign(ConfiguredDaemon& daemon, std::string_view name) {
    v1::SignRequest request = sign_request(name, name);
    request.set_profile("hardware");
    return daemon.call<v1::SignReply>(signer, "Sign", request);
  }
  std::string config() const {
    const std::string at = tpm_.directory().path().string();
    return we_may() + "[[backend]]\nname = \"tpm\"\ntype = \"tpm\"\ntcti = \"" + tpm_.tcti() +
           "\"\ndirectory = \"" + at +
           "/keys\"\nmake_missing = [\"key=ecdsa-p256-sha256\"]\n"
           "[[profile]]\nname = \"hardware\"\nbackend = \"tpm\"\nkey = \"key\"\n"
           "signs = \"digests\"\n";
  }
  ProgramOutcome chancery(const ConfiguredDaemon& daemon, std::vector<std::string> arguments) {
    return run({.program = std::filesystem::path(CHANCERY_PROGRAMS) / "chancery",
                .arguments = std::move(arguments),
                .working_directory = work_.path(),
                .environment = {{"CHANCERY_SOCKET", daemon.socket()}}});
  }
  ProgramOutcome openssl(std::vector<std::string> arguments) {
    return run({.program = "/usr/bin/openssl",
                .arguments = std::move(arguments),
                .working_directory = work_.path()});
  }

  Swtpm tpm_;
  TemporaryDirectory work_;
};

TEST_F(TpmDaemon, CommandSignsAndOpensslTheTpmAndOurVerifierAgree) {
  const ConfiguredDaemon daemon(config());
  write_text(work_ / "app", "an artefact");
  const auto signing = chancery(daemon, {"sign", "--profile", "hardware", "app"});
  ASSERT_EQ(signing.status, 0) << signing.err;
  write_text(work_ / "root.json", chancery(daemon, {"trust", "export"}).out);
  write_text(work_ / "key.pem", chancery(daemon, {"keys", "public-key", "hardware"}).out);
  const auto verified = chancery(daemon, {"verify", "--bundle", "app.sigstore.json", "--key",
                                          "key.pem", "--trusted-root", "root.json", "app"});
  EXPECT_EQ(verified.status, 0) << verified.err;

  const Json bundle = Json::parse(read_text(work_ / "app.sigstore.json"));
  const auto signature = base64_decode(bundle["messageSignature"]["signature"].get<std::string>());
  write_text(work_ / "signature", as_text(*signature));
  const auto by_openssl =
      openssl({"dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "app"});
  EXPECT_EQ(by_openssl.status, 0) << by_openssl.out << by_openssl.err;
  tpm_.tool("tpm2_flushcontext", {"-t"});
  tpm_.tool("tpm2_loadexternal",
            {"-C", "n", "-G", "ecc", "-u", work_ / "key.pem", "-c", "external"});
  tpm_.tool("tpm2_verifysignature", {"-c", "external", "-g", "sha256", "-m", work_ / "app", "-f",
                                     "ecdsa", "-s", work_ / "signature"});
}

TEST_F(TpmDaemon, ResetsAndRestartsOfTheTpmNeedNoneOfTheDaemon) {
  ConfiguredDaemon daemon(config());
  ASSERT_TRUE(sign(daemon, "before").ok());
  tpm_.reset();
  EXPECT_TRUE(sign(daemon, "after-a-reset").ok());
  tpm_.stop();
  const auto refused = sign(daemon, "while-it-is-gone");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(refused.error().reason, "TPM_ABSENT");
  tpm_.start();
  EXPECT_TRUE(sign(daemon, "after-it-came-back").ok());
  tpm_.tool("tpm2_flushcontext", {"-t"});
  EXPECT_TRUE(sign(daemon, "after-others-unloaded-all").ok());
}

TEST_F(TpmDaemon, StartsWithoutTheTpmAndSignsOnceItComes) {
  tpm_.stop();
  ConfiguredDaemon daemon(config());
  const auto refused = sign(daemon, "too-early");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr("cannot reach the TPM"), HasSubstr("sock")));
  tpm_.start();
  const Deadline patience = soon();
  Result<v1::SignReply> reply = refused;
  for (int i = 0; !reply.ok() && !patience.passed(); ++i) {
    reply = sign(daemon, "try-" + std::to_string(i));
  }
  EXPECT_TRUE(reply.ok()) << reply.error().reason << ": " << reply.error().message;
}

}  // namespace
}  // namespace chancery::testing
