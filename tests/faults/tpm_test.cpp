// Everything that happens to a TPM while the daemon uses it: the same backend, never opened anew,
// signs again as soon as the TPM can.
#include <gmock/gmock.h>
#include <tss2/tss2_esys.h>
#include <tss2/tss2_tctildr.h>

#include <atomic>
#include <thread>

#include "backends/host/key_host.h"
#include "backends/tpm/key_file.h"
#include "tests/support/devices/tpm_keys.h"
#include "tests/support/patience.h"

namespace chancery {
namespace {

using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StrEq;

// Over both ways of authorisation: with sessions there is more to lose.
class TpmFault : public testing::TpmKeys, public ::testing::WithParamInterface<std::string> {
 protected:
  TpmKeys::Options options() const { return {{"bus", GetParam()}, auth_file("tulip")}; }
};

INSTANTIATE_TEST_SUITE_P(OnABus, TpmFault,
                         ::testing::Values(std::string("trusted"), std::string("untrusted")),
                         [](const auto& each) { return each.param; });

TEST_P(TpmFault, KilledAndStartedAgain) {
  const auto backend = open_one(options());
  ASSERT_EQ(sign(*backend), "");
  swtpm_.stop();
  EXPECT_EQ(sign(*backend), "TPM_ABSENT");
  EXPECT_EQ(sign(*backend), "TPM_ABSENT");
  swtpm_.start();
  EXPECT_EQ(sign(*backend), "");
}

TEST_P(TpmFault, RestartedBetweenTwoSignatures) {
  const auto backend = open_one(options());
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(sign(*backend), "");
    swtpm_.stop();
    swtpm_.start();
  }
  EXPECT_EQ(sign(*backend), "");
}

TEST_P(TpmFault, ResetAndNotStarted) {
  const auto backend = open_one(options());
  ASSERT_EQ(sign(*backend), "");
  swtpm_.reset();
  EXPECT_EQ(sign(*backend), "");
}

TEST_P(TpmFault, ResetInTheMiddleOfSignatures) {
  const auto backend = open_one(options());
  std::atomic<int> signed_so_far = 0;
  std::atomic<bool> enough = false;
  std::thread signer([&] {
    while (!enough) {
      EXPECT_EQ(sign(*backend), "");
      ++signed_so_far;
      signed_so_far.notify_all();
    }
  });
  for (int i = 0; i < 5; ++i) {
    // A signature has its one retry for one reset: the next comes after it.
    const int before = signed_so_far;
    for (int now = before; now < before + 2; now = signed_so_far) signed_so_far.wait(now);
    swtpm_.reset();
  }
  enough = true;
  signer.join();
}

TEST_P(TpmFault, KilledInTheMiddleOfASignature) {
  const auto backend = open_one(options());
  swtpm_.freeze();
  std::string meanwhile;
  std::thread signer([&] { meanwhile = sign(*backend); });
  swtpm_.stop();
  signer.join();
  EXPECT_EQ(meanwhile, "TPM_ABSENT");
  swtpm_.start();
  EXPECT_EQ(sign(*backend), "");
}

TEST_P(TpmFault, SomebodyElseUnloadsEverything) {
  const auto backend = open_one(options());
  ASSERT_EQ(sign(*backend), "");
  swtpm_.tool("tpm2_flushcontext", {"--transient-object"});
  EXPECT_EQ(sign(*backend), "");
  swtpm_.tool("tpm2_flushcontext", {"--loaded-session"});
  EXPECT_EQ(sign(*backend), "");
}

TEST_P(TpmFault, SomebodyElseFillsTheObjectSlots) {
  const auto backend = open_one(options());
  ASSERT_EQ(sign(*backend), "");
  swtpm_.tool("tpm2_flushcontext", {"--transient-object"});
  while (swtpm_.try_tool("tpm2_createprimary", {"-C", "o"}) == 0) {
  }
  EXPECT_EQ(sign(*backend), "");
}

TEST_P(TpmFault, SomebodyElseFillsTheSessionSlots) {
  ASSERT_NE(open_one(options()), nullptr);
  // Ends without letting go of what it started, as a client that is killed.
  TSS2_TCTI_CONTEXT* tcti = nullptr;
  ASSERT_EQ(Tss2_TctiLdr_Initialize(swtpm_.tcti().c_str(), &tcti), TSS2_RC_SUCCESS);
  ESYS_CONTEXT* esys = nullptr;
  ASSERT_EQ(Esys_Initialize(&esys, tcti, nullptr), TSS2_RC_SUCCESS);
  const TPMT_SYM_DEF none{TPM2_ALG_NULL, {}, {}};
  ESYS_TR session = ESYS_TR_NONE;
  while (Esys_StartAuthSession(esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                               ESYS_TR_NONE, nullptr, TPM2_SE_HMAC, &none, TPM2_ALG_SHA256,
                               &session) == TSS2_RC_SUCCESS) {
  }
  Esys_Finalize(&esys);
  Tss2_TctiLdr_Finalize(&tcti);
  EXPECT_EQ(sign(*open_one(options())), "");
}

TEST_P(TpmFault, MoreKeysThanTheTpmHasRoomFor) {
  TpmKeys::Options many = options();
  std::string wanted;
  for (int i = 0; i < 6; ++i) wanted += fmt::format("k{}=ecdsa-p256-sha256,", i);
  many.emplace_back("make_missing", wanted);
  const auto backend = open(many);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 6; ++i) EXPECT_EQ(sign(*backend, fmt::format("k{}", i)), "") << i;
  }
}

// As those of a process that was killed: its keys and sessions stay in the TPM.
TEST_P(TpmFault, OtherBackendsHoldAllThatTheTpmHas) {
  std::vector<std::unique_ptr<KeyBackend>> others;
  for (int i = 0; i < 4; ++i) {
    others.push_back(open_one(options()));
    EXPECT_EQ(sign(*others.back()), "") << i;
  }
  EXPECT_EQ(sign(*others.front()), "");
}

// As the daemon sees it while nobody signs.
class IdleTpm : public testing::TpmKeys {
 protected:
  void start(Options more = {}) {
    more.emplace_back("make_missing", "key=ecdsa-p256-sha256");
    auto host = KeyHost::start({.program = CHANCERY_KEYHOST,
                                .backend_type = "tpm",
                                .config = config(std::move(more)),
                                .answer_max = 2s,
                                .probe_interval = 20ms},
                               soon());
    ASSERT_TRUE(host.ok()) << host.error().message;
    host_ = std::move(*host);
  }
  void await(const std::function<bool(const KeyHostState&)>& is_so) const {
    const testing::Patience give_up;
    while (!is_so(host_->state())) {
      ASSERT_FALSE(give_up.ended()) << host_->state().trouble << host_->state().refusal;
      std::this_thread::sleep_for(5ms);
    }
  }

  std::unique_ptr<KeyHost> host_;
};

TEST_F(IdleTpm, ThatGoesAndComesBackIsNoticedWithoutASignature) {
  start();
  for (int i = 0; i < 2; ++i) {
    swtpm_.stop();
    await([](const KeyHostState& state) { return !state.refusal.empty(); });
    EXPECT_THAT(host_->state().refusal, HasSubstr("cannot reach the TPM"));
    swtpm_.start();
    await([](const KeyHostState& state) { return state.refusal.empty(); });
  }
  EXPECT_EQ(host_->state().starts, 1U);
  EXPECT_EQ(host_->state().signatures, 0U);
  EXPECT_TRUE(host_->sign("key", digest(), soon()).ok());
}

// Whoever resets it need not start it: that is done before the next signature.
TEST_F(IdleTpm, ThatIsResetIsNoTrouble) {
  start();
  for (int i = 0; i < 3; ++i) {
    swtpm_.reset();
    const std::uint64_t before = host_->state().probes;
    await([before](const KeyHostState& state) { return state.probes >= before + 2; });
    EXPECT_EQ(host_->state().refusal, "");
  }
  EXPECT_TRUE(host_->sign("key", digest(), soon()).ok());
}

TEST_F(IdleTpm, ThatHangsIsNoticedAndUpAgainByItself) {
  start();
  swtpm_.freeze();
  await([](const KeyHostState& state) { return state.is_away; });
  EXPECT_THAT(host_->state().refusal, HasSubstr("has not answered for 2 s"));
  swtpm_.thaw();
  await([](const KeyHostState& state) { return !state.is_away; });
  EXPECT_EQ(host_->state().starts, 1U);
  EXPECT_TRUE(host_->sign("key", digest(), soon()).ok());
}

TEST_F(IdleTpm, ThatAnswersHasForgivenNothing) {
  swtpm_.tool("tpm2_dictionarylockout",
              {"--setup-parameters", "--max-tries=1", "--recovery-time=1000"});
  start({{"guard_guessing", "true"}, auth_file("tulip")});
  sign(*open({{"guard_guessing", "true"}, auth_file("rose")}));
  ASSERT_FALSE(host_->sign("key", digest(), soon()).ok());
  const std::uint64_t before = host_->state().probes;
  await([before](const KeyHostState& state) { return state.probes >= before + 2; });
  EXPECT_THAT(host_->state().refusal, HasSubstr("dictionary attack lockout"));
}

class TpmKeyFault : public testing::TpmKeys {
 protected:
  static std::string counter(const testing::Swtpm& swtpm) {
    const std::string all = swtpm.tool("tpm2_getcap", {"properties-variable"});
    const std::size_t at = all.find("TPM2_PT_LOCKOUT_COUNTER:");
    return all.substr(at, all.find('\n', at) - at);
  }
};

TEST_F(TpmKeyFault, PersistentKeyGoneAndBack) {
  swtpm_.make_persistent_key("0x81000200");
  const auto backend = open({{"persistent", "release=0x81000200"}});
  ASSERT_EQ(sign(*backend, "release"), "");
  const std::filesystem::path saved = swtpm_.directory() / "signer";
  swtpm_.tool("tpm2_evictcontrol", {"-C", "o", "-c", "0x81000200"});
  EXPECT_EQ(sign(*backend, "release"), "TPM_HANDLE_LOST");
  swtpm_.tool("tpm2_flushcontext", {"--transient-object"});
  swtpm_.tool("tpm2_evictcontrol", {"-C", "o", "-c", saved.string(), "0x81000200"});
  swtpm_.tool("tpm2_flushcontext", {"--transient-object"});
  EXPECT_EQ(sign(*backend, "release"), "");
}

// On a trusted bus the TPM is not told which key is meant: there the key host's check of each
// signature finds out.
TEST_F(TpmKeyFault, AnotherKeyUnderTheHandleIsNotUsed) {
  swtpm_.make_persistent_key("0x81000200");
  const auto backend = open({{"persistent", "release=0x81000200"}, {"bus", "untrusted"}});
  swtpm_.tool("tpm2_evictcontrol", {"-C", "o", "-c", "0x81000200"});
  swtpm_.make_persistent_key("0x81000200");
  EXPECT_EQ(sign(*backend, "release"), "KEY_CHANGED");
  EXPECT_EQ(sign(*backend, "release"), "KEY_CHANGED");
}

TEST_F(TpmKeyFault, SignatureOfAnotherKeyUnderTheHandleLeavesNoKeyHost) {
  swtpm_.make_persistent_key("0x81000200");
  const auto host = KeyHost::start({.program = CHANCERY_KEYHOST,
                                    .backend_type = "tpm",
                                    .config = config({{"persistent", "release=0x81000200"}})},
                                   soon());
  ASSERT_TRUE(host.ok()) << host.error().message;
  const Bytes before = (*host)->keys().at(0).spki;
  ASSERT_TRUE((*host)->sign("release", digest(), soon()).ok());
  swtpm_.tool("tpm2_evictcontrol", {"-C", "o", "-c", "0x81000200"});
  swtpm_.make_persistent_key("0x81000200");
  const auto refused = (*host)->sign("release", digest(), soon());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::internal);
  EXPECT_EQ(refused.error().reason, "WRONG_SIGNATURE");
  // The next key host lists the key that is there. What was asked of the one before is not its.
  auto next = (*host)->sign("release", digest(), soon());
  if (!next.ok()) {
    EXPECT_EQ(next.error().reason, "KEY_CHANGED");
    next = (*host)->sign("release", digest(), soon());
  }
  EXPECT_TRUE(next.ok()) << next.error().message;
  EXPECT_NE((*host)->keys().at(0).spki, before);
}

TEST_F(TpmKeyFault, DamagedKeyIsNamedAndTheOthersSign) {
  ASSERT_NE(open({{"make_missing", "good=ecdsa-p256-sha256, bad=ecdsa-p256-sha256"}}), nullptr);
  const std::filesystem::path file = keys_ / "bad.pem";
  const std::string whole = testing::read_text(file);
  tpm::KeyBlob blob = tpm::decode_key_blob(as_bytes(whole), "bad.pem").value();
  blob.private_area.buffer[20] ^= 1;
  testing::write_text(file, tpm::encode_key_blob(blob).value());
  const auto backend = open({});
  const auto refused = backend->sign("bad", digest(), soon());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "KEY_FILE_DAMAGED");
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("bad.pem"));
  ASSERT_EQ(backend->unusable_keys().size(), 1U);
  EXPECT_EQ(backend->unusable_keys()[0].name, "bad");
  EXPECT_EQ(sign(*backend, "good"), "");
}

TEST_F(TpmKeyFault, KeyOfAnotherTpmIsRefused) {
  ASSERT_NE(open_one(), nullptr);
  swtpm_.tool("tpm2_clear", {});  // another owner's seed: another TPM to all keys
  EXPECT_EQ(sign(*open({})), "KEY_FILE_DAMAGED");
}

TEST_F(TpmKeyFault, WrongValueIsTriedOnce) {
  const TpmKeys::Options guarded = {{"guard_guessing", "true"}};
  TpmKeys::Options right = guarded;
  right.push_back(auth_file("tulip"));
  ASSERT_EQ(sign(*open_one(right)), "");
  TpmKeys::Options wrong = guarded;
  wrong.push_back(auth_file("rose"));
  const auto backend = open(wrong);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(sign(*backend), "TPM_AUTH_WRONG");
  EXPECT_THAT(counter(swtpm_), EndsWith("0x1"));
}

// Each key host that started anew would bring the lockout nearer.
TEST_F(TpmKeyFault, WrongValueIsNotTriedByTheNextKeyHosts) {
  const auto opened = [&](const std::string& value) {
    return open({{"guard_guessing", "true"}, auth_file(value)});
  };
  ASSERT_EQ(sign(*open_one({{"guard_guessing", "true"}, auth_file("tulip")})), "");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(sign(*opened("rose")), "TPM_AUTH_WRONG");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(sign(*opened("daisy")), "TPM_AUTH_WRONG");
  EXPECT_EQ(sign(*opened("rose")), "TPM_AUTH_WRONG");
  EXPECT_THAT(counter(swtpm_), EndsWith("0x2"));
  EXPECT_EQ(sign(*opened("tulip")), "");
  const std::string kept = testing::read_text(keys_ / "rejected-value");
  EXPECT_FALSE(kept.empty());
  for (const char* value : {"rose", "daisy", "tulip"}) {
    EXPECT_EQ(kept.find(value), std::string::npos) << value;
  }
}

// Whoever gave the key in the TPM the value that we have says so by deleting what we remember.
TEST_F(TpmKeyFault, RefusalIsForgivenOnceItsFileIsDeleted) {
  swtpm_.make_persistent_key("0x81000200", "tulip");
  const TpmKeys::Options wrong = {{"persistent", "release=0x81000200"}, auth_file("rose")};
  EXPECT_EQ(sign(*open(wrong), "release"), "TPM_AUTH_WRONG");
  swtpm_.change_value("0x81000200", "tulip", "rose");
  const auto backend = open(wrong);
  const auto refused = backend->sign("release", digest(), soon());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("rejected-value is deleted"));
  std::filesystem::remove(keys_ / "rejected-value");
  EXPECT_EQ(sign(*backend, "release"), "TPM_AUTH_CHANGED");  // the key host is opened anew then
  EXPECT_EQ(sign(*open(wrong), "release"), "");
}

TEST_F(TpmKeyFault, ValueThatIsChangedInTheTpmIsTriedOnce) {
  swtpm_.make_persistent_key("0x81000200", "tulip");
  const auto backend = open({{"persistent", "release=0x81000200"}, auth_file("tulip")});
  ASSERT_EQ(sign(*backend, "release"), "");
  swtpm_.change_value("0x81000200", "tulip", "rose");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(sign(*backend, "release"), "TPM_AUTH_WRONG");
  EXPECT_THAT(counter(swtpm_), EndsWith("0x1"));
}

// As a key host meets it: it may not open a file that has come since.
TEST_F(TpmKeyFault, RightValueIsTakenUpFromItsFile) {
  ASSERT_EQ(sign(*open_one({{"guard_guessing", "true"}, auth_file("tulip")})), "");
  const std::filesystem::path file = auth_file("rose").second;
  const auto host = KeyHost::start({.program = CHANCERY_KEYHOST,
                                    .backend_type = "tpm",
                                    .config = config({{"auth_file", file.string()}})},
                                   soon());
  ASSERT_TRUE(host.ok()) << host.error().message;
  for (int i = 0; i < 3; ++i) {
    const auto refused = (*host)->sign("key", digest(), soon());
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().reason, "TPM_AUTH_WRONG");
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  }
  EXPECT_THAT(counter(swtpm_), EndsWith("0x1"));
  std::filesystem::rename(auth_file("tulip").second, file);
  const auto noticed = (*host)->sign("key", digest(), soon());
  ASSERT_FALSE(noticed.ok());
  EXPECT_EQ(noticed.error().reason, "TPM_AUTH_CHANGED");
  EXPECT_EQ(noticed.error().code, ErrorCode::unavailable);
  const auto taken_up = (*host)->sign("key", digest(), soon());
  EXPECT_TRUE(taken_up.ok()) << taken_up.error().message;
}

// A session could be another's by now: once more with a new one.
TEST_F(TpmKeyFault, ValueThatIsChangedInTheTpmIsTriedInTwoSessionsAtMost) {
  swtpm_.make_persistent_key("0x81000200", "tulip");
  const auto backend =
      open({{"persistent", "release=0x81000200"}, {"bus", "untrusted"}, auth_file("tulip")});
  ASSERT_EQ(sign(*backend, "release"), "");
  swtpm_.change_value("0x81000200", "tulip", "rose");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(sign(*backend, "release"), "TPM_AUTH_WRONG");
  EXPECT_THAT(counter(swtpm_), EndsWith("0x2"));
}

TEST_F(TpmKeyFault, LockoutIsSaidToBeOne) {
  swtpm_.tool("tpm2_dictionarylockout",
              {"--setup-parameters", "--max-tries=2", "--recovery-time=1000"});
  const TpmKeys::Options right = {{"guard_guessing", "true"}, auth_file("tulip")};
  const auto backend = open_one(right);
  ASSERT_EQ(sign(*backend), "");
  for (const char* value : {"rose", "daisy"}) sign(*open({auth_file(value)}));
  const auto refused = backend->sign("key", digest(), soon());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "TPM_LOCKED_OUT");
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("dictionary attack lockout"));
  swtpm_.tool("tpm2_dictionarylockout", {"--clear-lockout"});
  EXPECT_EQ(sign(*backend), "");
}

TEST_F(TpmKeyFault, UnguardedKeySignsThroughALockout) {
  swtpm_.tool("tpm2_dictionarylockout",
              {"--setup-parameters", "--max-tries=1", "--recovery-time=1000"});
  const auto unguarded = open({{"make_missing", "free=ecdsa-p256-sha256"}});
  const TpmKeys::Options right = {{"guard_guessing", "true"}, auth_file("tulip")};
  const auto guarded = open_one(right);
  ASSERT_EQ(sign(*guarded), "");
  sign(*open({auth_file("rose")}));
  EXPECT_EQ(sign(*guarded), "TPM_LOCKED_OUT");
  EXPECT_EQ(sign(*unguarded, "free"), "");
}

}  // namespace
}  // namespace chancery
