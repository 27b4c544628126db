// The daemon's side of a key host, against the real program.
#include "backends/host/key_host.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "backends/host/message.h"
#include "backends/host/process.h"
#include "core/crypto/digest.h"
#include "core/crypto/public_key.h"
#include "tests/support/daemon/daemon_process.h"
#include "tests/support/patience.h"
#include "tests/support/temporary_directory.h"

namespace chancery {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Deadline soon() { return Deadline::after(60s); }

class KeyHostTest : public ::testing::Test {
 protected:
  KeyHostOptions options() const {
    return {.program = CHANCERY_KEYHOST,
            .backend_type = "software",
            .config = {"keys",
                       {{"directory", directory_.path().string()},
                        {"make_missing", "default=ecdsa-p256-sha256, log=ed25519"}}}};
  }
  std::unique_ptr<KeyHost> start() {
    auto host = KeyHost::start(options(), soon());
    EXPECT_TRUE(host.ok());
    return std::move(host).value();
  }
  static Bytes digest() { return Bytes(32, 7); }

  testing::TemporaryDirectory directory_;
};

// Until the host has been started so often and is up.
void await_start(const KeyHost& host, std::uint64_t starts) {
  const testing::Patience give_up;
  while (host.state().starts < starts || !host.state().is_up) {
    ASSERT_FALSE(give_up.ended());
  }
}

void kill_process(const KeyHost& host, int signal) {
  const std::optional<pid_t> process = host.state().process;
  ASSERT_TRUE(process.has_value());
  ASSERT_EQ(kill(*process, signal), 0);
}

// Until all its threads stand still.
void await_stop(pid_t process) {
  const testing::Patience give_up;
  const std::filesystem::path threads = "/proc/" + std::to_string(process) + "/task";
  const auto stands = [](const auto& thread) {
    return testing::read_text(thread.path() / "stat").find(") T ") != std::string::npos;
  };
  for (;;) {
    const std::filesystem::directory_iterator all(threads);
    if (std::all_of(begin(all), end(all), stands)) return;
    ASSERT_FALSE(give_up.ended());
  }
}

std::size_t count_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST_F(KeyHostTest, MakesTheMissingKeysAndListsThem) {
  const auto host = start();
  const std::vector<KeyInfo> keys = host->keys();
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].name, "default");
  EXPECT_EQ(keys[0].algorithm, Algorithm::ecdsa_p256_sha256);
  EXPECT_EQ(keys[1].name, "log");
  EXPECT_EQ(keys[1].algorithm, Algorithm::ed25519);
  EXPECT_TRUE(host->state().is_up);
}

TEST_F(KeyHostTest, SignatureVerifiesWithTheListedKey) {
  const auto host = start();
  const Result<Bytes> signature = host->sign("default", digest(), soon());
  ASSERT_TRUE(signature.ok()) << signature.error().message;
  const Result<PublicKey> key = PublicKey::from_spki(host->keys()[0].spki);
  EXPECT_TRUE(key->verify_digest(Algorithm::ecdsa_p256_sha256, digest(), *signature).ok());
}

TEST_F(KeyHostTest, ManyRequestsOnTheirWayAreAllAnswered) {
  const auto host = start();
  std::mutex mutex;
  std::condition_variable all;
  int answered = 0;
  int good = 0;
  for (int i = 0; i < 1000; ++i) {
    host->sign("default", digest(), soon(), [&](Result<Bytes> signature) {
      const std::lock_guard lock(mutex);
      ++answered;
      good += signature.ok() ? 1 : 0;
      all.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  ASSERT_TRUE(all.wait_for(lock, 60s, [&] { return answered == 1000; }));
  EXPECT_EQ(good, 1000);
}

TEST_F(KeyHostTest, UnknownKeyIsNotFound) {
  const auto host = start();
  const Result<Bytes> signature = host->sign("nobody", digest(), soon());
  ASSERT_FALSE(signature.ok());
  EXPECT_EQ(signature.error().reason, "KEY_NOT_FOUND");
}

TEST_F(KeyHostTest, KilledHostIsStartedAnewAndSigns) {
  const auto host = start();
  kill_process(*host, SIGKILL);
  await_start(*host, 2);
  EXPECT_TRUE(host->sign("default", digest(), soon()).ok());
}

TEST_F(KeyHostTest, HostKilledWhileItSignsLeavesAtMostItsThreadsInDoubt) {
  const auto host = start();
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, int> outcomes;
  int answered = 0;
  for (int i = 0; i < 500; ++i) {
    if (i == 250) kill_process(*host, SIGKILL);
    host->sign("default", digest(), soon(), [&](const Result<Bytes>& answer) {
      const std::lock_guard lock(mutex);
      ++outcomes[answer.ok() ? "signed" : answer.error().reason];
      ++answered;
      changed.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  ASSERT_TRUE(changed.wait_for(lock, 60s, [&] { return answered == 500; }));
  EXPECT_LE(outcomes["KEY_HOST_DIED"], static_cast<int>(std::thread::hardware_concurrency()));
  EXPECT_EQ(outcomes["signed"] + outcomes["KEY_HOST_DIED"], 500);
}

TEST_F(KeyHostTest, StoppedHostHangsAndIsReplaced) {
  KeyHostOptions impatient = options();
  impatient.answer_max = 1500ms;
  const auto host = KeyHost::start(impatient, soon()).value();
  kill_process(*host, SIGSTOP);
  await_stop(*host->state().process);
  const auto signature = host->sign("default", digest(), soon());
  ASSERT_FALSE(signature.ok());
  EXPECT_EQ(signature.error().code, ErrorCode::outcome_unknown);
  EXPECT_EQ(signature.error().reason, "KEY_HOST_HUNG");
  EXPECT_TRUE(host->sign("default", digest(), soon()).ok());
  EXPECT_EQ(host->state().starts, 2U);
}

// systemd signals every process of the unit; only the daemon knows when the last signature is out.
TEST_F(KeyHostTest, TerminationOfTheWholeUnitLeavesTheHostToTheDaemon) {
  const auto host = start();
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) kill_process(*host, signal);
  EXPECT_TRUE(host->sign("default", digest(), soon()).ok());
  EXPECT_EQ(host->state().starts, 1U);
}

TEST_F(KeyHostTest, ManyDeathsLeakNothing) {
  const auto host = start();
  const std::size_t before = count_descriptors();
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t starts = host->state().starts;
    kill_process(*host, SIGKILL);
    await_start(*host, starts + 1);
  }
  EXPECT_EQ(count_descriptors(), before);
  // One child, the host that lives; its predecessors are reaped.
  EXPECT_EQ(testing::children_of(getpid()).size(), 1U);
}

TEST_F(KeyHostTest, ReopeningFindsNewFiles) {
  const auto host = start();
  std::filesystem::copy_file(directory_ / "default.pem", directory_ / "copy.pem");
  EXPECT_EQ(host->sign("copy", digest(), soon()).error().reason, "KEY_NOT_FOUND");
  ASSERT_TRUE(host->reopen(soon()).ok());
  EXPECT_TRUE(host->sign("copy", digest(), soon()).ok());
}

TEST_F(KeyHostTest, DamagedFileIsNamedWhileTheOthersSignAndIsTakenUpOnceItIsMended) {
  const auto host = start();
  std::filesystem::rename(directory_ / "default.pem", directory_ / "default.away");
  testing::write_text(directory_ / "default.pem", "damaged");
  std::filesystem::permissions(directory_ / "default.pem", std::filesystem::perms(0600));
  ASSERT_TRUE(host->reopen(soon()).ok());
  EXPECT_TRUE(host->sign("log", digest(), soon()).ok());
  EXPECT_FALSE(host->trouble_with("log").has_value());
  ASSERT_EQ(host->unusable_keys().size(), 1U);
  EXPECT_EQ(host->unusable_keys()[0].name, "default");
  const auto refused = host->sign("default", digest(), soon());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(refused.error().reason, "KEY_FILE_DAMAGED");
  EXPECT_THAT(refused.error().message, HasSubstr("restore it from a backup"));

  std::filesystem::rename(directory_ / "default.away", directory_ / "default.pem");
  const testing::Patience give_up;
  while (host->trouble_with("default")) ASSERT_FALSE(give_up.ended());
  EXPECT_TRUE(host->sign("default", digest(), soon()).ok());
  EXPECT_TRUE(host->unusable_keys().empty());
}

// Or whoever asks again and again would have the backend do nothing else.
TEST_F(KeyHostTest, ABackendIsOpenedAnewForAnUnusableKeyNowAndThen) {
  const auto host = start();
  testing::write_text(directory_ / "bad.pem", "damaged");
  const auto before = Deadline::Clock::now();
  ASSERT_TRUE(host->reopen(soon()).ok());
  const std::uint64_t starts = host->state().starts;
  while (host->state().starts == starts) {
    ASSERT_TRUE(host->trouble_with("bad").has_value());
    testing::pause_briefly();
  }
  EXPECT_GE(Deadline::Clock::now() - before, limits::key_host_look_delay_min);
  await_start(*host, starts + 1);
}

TEST_F(KeyHostTest, LargeInputIsRefusedAndAFullSocketIsWaitedFor) {
  const auto host = start();
  EXPECT_EQ(host->sign("log", Bytes(64U << 10, 1), soon()).error().reason, "INPUT_TOO_LARGE");
  std::mutex mutex;
  std::condition_variable changed;
  int good = 0;
  int answered = 0;
  for (int i = 0; i < 100; ++i) {
    host->sign("log", Bytes(32U << 10, 1), soon(), [&](const Result<Bytes>& answer) {
      const std::lock_guard lock(mutex);
      good += answer.ok() ? 1 : 0;
      ++answered;
      changed.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  ASSERT_TRUE(changed.wait_for(lock, 60s, [&] { return answered == 100; }));
  EXPECT_EQ(good, 100);
}

TEST(KeyHostProcess, LeavesWhenTheDaemonIsGone) {
  auto process = host::Process::start(CHANCERY_KEYHOST, {});
  ASSERT_TRUE(process.ok());
  // Not even told to open anything: the socket's end is enough.
  EXPECT_EQ(process->end(60s), "exited with status 1");
}

TEST(KeyHostProcess, LeavesItsBackendInOrderWhenTheDaemonIsGone) {
  const testing::TemporaryDirectory directory;
  auto process = host::Process::start(CHANCERY_KEYHOST, {});
  ASSERT_TRUE(process.ok());
  const Bytes open = encode(host::Open{
      "software", {"keys", {{"directory", directory.path().string()}}}, std::nullopt, soon()});
  ASSERT_EQ(send(process->socket(), open.data(), open.size(), 0),
            static_cast<ssize_t>(open.size()));
  Bytes answer(limits::key_host_message_bytes_max);
  const ssize_t size = recv(process->socket(), answer.data(), answer.size(), 0);
  ASSERT_GT(size, 0);
  answer.resize(static_cast<std::size_t>(size));
  EXPECT_TRUE(std::holds_alternative<host::Opened>(host::decode_from_host(answer).value()));
  EXPECT_EQ(process->end(60s), "exited with status 0");
}

TEST_F(KeyHostTest, MadeKeySignsAtOnceAndAfterRestart) {
  const auto host = start();
  const auto made = host->make_key("release", Algorithm::ecdsa_p384_sha384, soon());
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_TRUE(host->sign("release", Bytes(48, 1), soon()).ok());
  const auto again = host->make_key("release", Algorithm::ecdsa_p384_sha384, soon());
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().reason, "KEY_EXISTS");
  EXPECT_TRUE(host->sign("release", Bytes(48, 1), soon()).ok());
}

TEST_F(KeyHostTest, RemovedKeyIsGoneAtOnceAndAfterRestart) {
  const auto host = start();
  ASSERT_TRUE(host->make_key("release", Algorithm::ecdsa_p256_sha256, soon()).ok());
  const auto removed = host->remove_key("release", soon());
  ASSERT_TRUE(removed.ok()) << removed.error().message;
  EXPECT_EQ(host->sign("release", Bytes(32, 1), soon()).error().reason, "KEY_NOT_FOUND");
  ASSERT_TRUE(host->reopen(soon()).ok());
  EXPECT_EQ(host->remove_key("release", soon()).error().reason, "KEY_NOT_FOUND");
}

TEST_F(KeyHostTest, KeyThatTheConfigurationMakesIsNotRemoved) {
  const auto host = start();
  const auto removed = host->remove_key("default", soon());
  ASSERT_FALSE(removed.ok());
  EXPECT_EQ(removed.error().reason, "KEY_PROTECTED");
  EXPECT_TRUE(host->sign("default", digest(), soon()).ok());
}

TEST_F(KeyHostTest, BackendThatCannotAttestSaysSoAndSignsOn) {
  const auto host = start();
  const auto attested = host->attest_key("default", Bytes(limits::challenge_bytes, 1), soon());
  ASSERT_FALSE(attested.ok());
  EXPECT_EQ(attested.error().reason, "CANNOT_ATTEST_KEYS");
  EXPECT_EQ(host->activate_credential("default", {}, soon()).error().reason, "CANNOT_ATTEST_KEYS");
  EXPECT_TRUE(host->sign("default", digest(), soon()).ok());
}

TEST_F(KeyHostTest, MissingProgramIsAStartError) {
  KeyHostOptions wrong = options();
  wrong.program = directory_ / "nothing";
  const auto host = KeyHost::start(wrong, soon());
  ASSERT_FALSE(host.ok());
  EXPECT_EQ(host.error().reason, "KEY_HOST_START_FAILED");
}

TEST_F(KeyHostTest, BackendThatCannotOpenIsTroubleAndNotAnError) {
  KeyHostOptions wrong = options();
  wrong.config.options[0].second = (directory_ / "missing").string();
  const auto host = KeyHost::start(wrong, soon());
  ASSERT_TRUE(host.ok());
  EXPECT_FALSE((*host)->state().is_up);
  EXPECT_EQ((*host)->state().trouble_reason, "FILE_OPEN_FAILED");
  const auto signature = (*host)->sign("default", digest(), soon());
  ASSERT_FALSE(signature.ok());
  EXPECT_EQ(signature.error().code, ErrorCode::unavailable);
  EXPECT_EQ(signature.error().reason, "KEY_HOST_DOWN");
  EXPECT_THAT(signature.error().message, HasSubstr("missing"));
}

}  // namespace
}  // namespace chancery
