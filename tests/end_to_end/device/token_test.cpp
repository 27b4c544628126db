// A key in a SoftHSM token, from the configuration to stock verifiers; and many clients at once.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <thread>

#include "backends/pkcs11/pkcs11.h"
#include "core/base/encoding.h"
#include "core/base/json.h"
#include "tests/end_to_end/configured_daemon.h"
#include "tests/support/devices/soft_hsm.h"
#include "tests/support/patience.h"
#include "tests/support/program_run.h"

namespace chancery::testing {
namespace {

constexpr std::size_t rounds = 5;
constexpr std::size_t clients = 8;

class TokenEndToEnd : public ::testing::Test {
 protected:
  TokenEndToEnd() {
    auto backend = pkcs11::open(hsm_.config(), 1, soon());
    EXPECT_TRUE(backend.ok()) << backend.error().message;
    auto& maker = dynamic_cast<KeyMaker&>(*backend->at(0));
    EXPECT_TRUE(maker.make_key("release", Algorithm::ecdsa_p256_sha256, soon()).ok());
  }

  std::string configuration() const {
    return hsm_.table("hsm") +
           "[[profile]]\nname = \"release\"\nbackend = \"hsm\"\nkey = \"release\"\n"
           "signs = \"digests\"\n" +
           we_may();
  }
  ProgramOptions chancery(const ConfiguredDaemon& daemon,
                          std::vector<std::string> arguments) const {
    return {
        .program = std::filesystem::path(CHANCERY_PROGRAMS) / "chancery",
        .arguments = std::move(arguments),
        .working_directory = work_.path(),
        .environment = {{"CHANCERY_SOCKET", (daemon.file().parent_path() / "socket").string()}}};
  }
  ProgramOptions openssl(std::vector<std::string> arguments) const {
    return {.program = "/usr/bin/openssl",
            .arguments = std::move(arguments),
            .working_directory = work_.path(),
            .environment = {{"SOFTHSM2_CONF", hsm_.configuration()},
                            {"PKCS11_MODULE_PATH", std::string(soft_hsm_module)}}};
  }

  SoftHsm hsm_;
  TemporaryDirectory work_;
};

// How many of rounds x clients, `clients` at a time, do not exit with 0; the first one's words.
template <typename Command>
std::pair<std::size_t, std::string> count_failures(Command command) {
  std::size_t failed = 0;
  std::string words;
  for (std::size_t round = 0; round < rounds; ++round) {
    std::vector<std::unique_ptr<ProgramRun>> running;
    for (std::size_t i = 0; i < clients; ++i) {
      running.push_back(std::make_unique<ProgramRun>(command(round * clients + i)));
    }
    for (const auto& one : running) {
      const ProgramOutcome outcome = one->wait();
      if (outcome.status == 0) continue;
      if (failed++ == 0) words = outcome.err;
    }
  }
  return {failed, words};
}

TEST_F(TokenEndToEnd, WhatTheTokenSignsOursAndStockOpensslVerify) {
  ConfiguredDaemon daemon(configuration());
  write_text(work_ / "app", "an artefact");
  const auto signed_ = run(chancery(daemon, {"sign", "--profile", "release", "app"}));
  ASSERT_EQ(signed_.status, 0) << signed_.err << daemon.standard_error();
  write_text(work_ / "key.pem", run(chancery(daemon, {"keys", "public-key", "release"})).out);
  write_text(work_ / "root.json", run(chancery(daemon, {"trust", "export"})).out);
  const auto verified = run(chancery(daemon, {"verify", "--bundle", "app.sigstore.json", "--key",
                                              "key.pem", "--trusted-root", "root.json", "app"}));
  EXPECT_EQ(verified.status, 0) << verified.err;

  const auto bundle = Json::parse(read_text(work_ / "app.sigstore.json"));
  const auto signature = base64_decode(bundle["messageSignature"]["signature"].get<std::string>());
  ASSERT_TRUE(signature.ok());
  write_text(work_ / "app.sig", as_text(*signature));
  const std::vector<std::string> verify{"dgst",       "-sha256", "-verify", "key.pem",
                                        "-signature", "app.sig", "app"};
  EXPECT_EQ(run(openssl(verify)).status, 0);
  write_text(work_ / "app", "another artefact");
  EXPECT_NE(run(openssl(verify)).status, 0);
}

TEST_F(TokenEndToEnd, ThePinComesFromSystemdsCredential) {
  const TemporaryDirectory credentials;
  std::filesystem::rename(hsm_.pin_file(), credentials / "hsm-pin");
  std::filesystem::permissions(credentials / "hsm-pin", std::filesystem::perms(0440));
  std::string with_credential = configuration();
  const std::string by_file = fmt::format("pin_file = \"{}\"", hsm_.pin_file().string());
  ASSERT_NE(with_credential.find(by_file), std::string::npos);
  with_credential.replace(with_credential.find(by_file), by_file.size(),
                          "pin_credential = \"hsm-pin\"");
  v1::SignRequest request = sign_request("credential", "hello");
  request.set_profile("release");
  {
    ConfiguredDaemon daemon(with_credential);
    const auto refused = daemon.call<v1::SignReply>(signer, "Sign", request);
    ASSERT_FALSE(refused.ok());
    EXPECT_THAT(refused.error().message, ::testing::HasSubstr("LoadCredential=hsm-pin"));
  }
  Stage under_systemd;
  under_systemd.environment = {{"CREDENTIALS_DIRECTORY", credentials.path()}};
  ConfiguredDaemon daemon(with_credential, "", std::move(under_systemd));
  const auto reply = daemon.call<v1::SignReply>(signer, "Sign", request);
  EXPECT_TRUE(reply.ok()) << reply.error().message;
}

TEST_F(TokenEndToEnd, AnAbsentTokenAtStartIsUnavailableAndComesByItself) {
  hsm_.take_away();
  ConfiguredDaemon daemon(configuration());
  const auto status = run(chancery(daemon, {"status"}));  // before anybody asks for a signature
  EXPECT_EQ(status.status, 1);
  EXPECT_THAT(status.out, ::testing::ContainsRegex("TROUBLE: backend hsm is down: .*token"));
  v1::SignRequest request = sign_request("absent", "hello");
  request.set_profile("release");
  const auto meanwhile = daemon.call<v1::SignReply>(signer, "Sign", request);
  ASSERT_FALSE(meanwhile.ok());
  EXPECT_EQ(meanwhile.error().code, ErrorCode::unavailable);
  EXPECT_THAT(meanwhile.error().message, ::testing::HasSubstr("token"));
  hsm_.bring_back();
  const Patience give_up;
  auto reply = daemon.call<v1::SignReply>(signer, "Sign", request);
  while (!reply.ok() && reply.error().code == ErrorCode::unavailable && !give_up.ended()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    reply = daemon.call<v1::SignReply>(signer, "Sign", request);
  }
  EXPECT_TRUE(reply.ok()) << reply.error().message;
}

// SoftHSM's own race: how often openssl fails is only said, for it may be never.
TEST_F(TokenEndToEnd, EightClientsAtOnceNeverFailWhereEightOpensslProcessesDo) {
  write_text(work_ / "app", "an artefact");
  const std::string key =
      fmt::format("pkcs11:token=test;object=release;type=private;pin-value={}", hsm_.pin());
  const auto theirs = count_failures([&](std::size_t i) {
    return openssl({"dgst", "-engine", "pkcs11", "-keyform", "engine", "-sha256", "-sign", key,
                    "-out", fmt::format("{}.sig", i), "app"});
  });
  ConfiguredDaemon daemon(configuration());
  const auto ours = count_failures([&](std::size_t i) {
    write_text(work_ / fmt::format("file-{}", i), std::to_string(i));
    return chancery(daemon, {"sign", "--profile", "release", fmt::format("file-{}", i)});
  });
  EXPECT_EQ(ours.first, 0U) << ours.second;
  RecordProperty("openssl_failed", static_cast<int>(theirs.first));
  fmt::print("of {}: openssl failed {} times, ours {} times\n", rounds * clients, theirs.first,
             ours.first);
}

}  // namespace
}  // namespace chancery::testing
