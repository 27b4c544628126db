// What the daemon's side makes of a key host that breaks the rules.
#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "backends/host/key_host.h"
#include "tests/support/patience.h"
#include "tests/support/temporary_directory.h"

namespace chancery {
namespace {

using namespace std::chrono_literals;

Deadline soon() { return Deadline::after(60s); }
Bytes digest() { return Bytes(32, 7); }

struct Evil {
  std::string mode;
  ErrorCode code;            // of the request that meets it
  std::string reason;        // the same
  std::string host_trouble;  // of the host
};
void PrintTo(const Evil& evil, std::ostream* out) { *out << evil.mode; }

KeyHostOptions evil_options(const std::string& mode) {
  return {.program = CHANCERY_EVIL_KEYHOST,
          .backend_type = "evil",
          .config = {"evil", {{"mode", mode}}},
          // Long enough for an honest host on a busy machine; waited out only where one hangs.
          .start_max = mode == "never opens" ? 500ms : limits::key_host_start_max,
          .answer_max = mode == "hangs" ? 1500ms : limits::key_host_answer_max,
          .late_answer_max = 50ms};
}

// Evil at its first start, honest with the same key from then on.
KeyHostOptions once_evil_options(const std::string& mode,
                                 const testing::TemporaryDirectory& place) {
  KeyHostOptions options = evil_options(mode);
  options.config.options.emplace_back("directory", place.path().string());
  options.config.options.emplace_back("only_once", (place / "was evil").string());
  return options;
}

// The reasons of the answers as they come, "signed" for a signature; and of a host's troubles.
class Answers {
 public:
  std::function<void(const Error&)> report() {
    return [this](const Error& trouble) { note()(trouble); };
  }
  KeyHost::SignDone note() {
    return [this](const Result<Bytes>& answer) {
      const std::lock_guard lock(mutex_);
      reasons_.push_back(answer.ok() ? "signed" : answer.error().reason);
      changed_.notify_one();
    };
  }
  std::vector<std::string> await(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, 60s, [&] { return reasons_.size() >= count; }));
    return reasons_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> reasons_;
};

class EvilKeyHost : public ::testing::TestWithParam<Evil> {};

TEST_P(EvilKeyHost, IsReplacedAndItsRequestAnswered) {
  const testing::TemporaryDirectory directory;
  Answers recoveries;
  KeyHostOptions options = once_evil_options(GetParam().mode, directory);
  options.report_recovery = [told = recoveries.note()] { told(Bytes{}); };
  const auto host = KeyHost::start(options, soon());
  ASSERT_TRUE(host.ok());
  const auto met = (*host)->sign("key", digest(), soon());
  ASSERT_FALSE(met.ok());
  EXPECT_EQ(met.error().code, GetParam().code);
  EXPECT_EQ(met.error().reason, GetParam().reason) << met.error().message;
  const auto next = (*host)->sign("key", digest(), soon());
  EXPECT_TRUE(next.ok()) << next.error().reason;
  EXPECT_EQ((*host)->state().starts, 2U);
  EXPECT_EQ(recoveries.await(1).size(), 1U);
}

TEST_P(EvilKeyHost, IsReportedToTheOperator) {
  Answers troubles;
  KeyHostOptions options = evil_options(GetParam().mode);
  options.report = troubles.report();
  const auto host = KeyHost::start(options, soon());
  ASSERT_TRUE(host.ok());
  EXPECT_FALSE((*host)->sign("key", digest(), soon()).ok());
  EXPECT_THAT(troubles.await(1), ::testing::ElementsAre(GetParam().host_trouble));
}

constexpr ErrorCode doubt = ErrorCode::outcome_unknown;
INSTANTIATE_TEST_SUITE_P(
    Modes, EvilKeyHost,
    ::testing::Values(
        Evil{"dies", doubt, "KEY_HOST_DIED", "KEY_HOST_DIED"},
        Evil{"hangs", doubt, "KEY_HOST_HUNG", "KEY_HOST_HUNG"},
        Evil{"garbage", doubt, "KEY_HOST_DIED", "KEY_HOST_GARBAGE"},
        Evil{"huge", doubt, "KEY_HOST_DIED", "KEY_HOST_GARBAGE"},
        Evil{"empty", doubt, "KEY_HOST_DIED", "KEY_HOST_DIED"},
        Evil{"unknown answer", doubt, "KEY_HOST_DIED", "KEY_HOST_GARBAGE"},
        Evil{"wrong signature", ErrorCode::internal, "WRONG_SIGNATURE", "WRONG_SIGNATURE"},
        Evil{"no signature", ErrorCode::internal, "WRONG_SIGNATURE", "WRONG_SIGNATURE"}),
    [](const auto& test) {
      std::string name = test.param.mode;
      std::replace(name.begin(), name.end(), ' ', '_');
      return name;
    });

class BadOpening : public ::testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(BadOpening, IsTroubleAndTheNextHostSigns) {
  const auto& [mode, trouble] = GetParam();
  const testing::TemporaryDirectory directory;
  {
    Answers troubles;
    KeyHostOptions options = evil_options(mode);
    options.report = troubles.report();
    const auto host = KeyHost::start(options, soon());
    ASSERT_TRUE(host.ok());
    EXPECT_EQ(troubles.await(1).front(), trouble);
    EXPECT_EQ((*host)->state().trouble_reason, trouble);
    const auto refused = (*host)->sign("key", digest(), Deadline::after(100ms));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_EQ(refused.error().reason, "KEY_HOST_DOWN");
  }
  const auto host = KeyHost::start(once_evil_options(mode, directory), soon());
  ASSERT_TRUE(host.ok());
  const testing::Patience give_up;
  while (!(*host)->state().is_up && !give_up.ended()) {
  }
  EXPECT_TRUE((*host)->sign("key", digest(), soon()).ok());
}

INSTANTIATE_TEST_SUITE_P(Modes, BadOpening,
                         ::testing::Values(std::pair{"never opens", "KEY_HOST_HUNG"},
                                           std::pair{"garbage at opening", "KEY_HOST_GARBAGE"},
                                           std::pair{"impossible key", "KEY_HOST_GARBAGE"},
                                           std::pair{"signs before opening", "KEY_HOST_GARBAGE"},
                                           std::pair{"too many threads", "KEY_HOST_GARBAGE"},
                                           std::pair{"no threads", "KEY_HOST_GARBAGE"}));

TEST(EvilKeyHostCase, HostThatIsStillOpeningSaysSo) {
  KeyHostOptions options = evil_options("never opens");
  options.start_max = limits::key_host_start_max;
  const auto host = KeyHost::start(options, Deadline::after(50ms));
  ASSERT_TRUE(host.ok());
  EXPECT_EQ((*host)->state().trouble, "it is starting");
  EXPECT_THAT((*host)->sign("key", digest(), soon()).error().message,
              ::testing::HasSubstr("it is starting"));
}

TEST(EvilKeyHostCase, HostThatOnlyOpensLateIsSaidToBeUpThen) {
  const testing::TemporaryDirectory directory;
  Answers recoveries;
  KeyHostOptions options = evil_options("opens late");
  options.config.options.emplace_back("directory", directory.path().string());
  options.report_recovery = [told = recoveries.note()] { told(Bytes{}); };
  const auto host = KeyHost::start(options, Deadline::after(50ms));
  ASSERT_TRUE(host.ok());
  EXPECT_EQ((*host)->state().trouble, "it is starting");
  testing::write_text(directory / "may open", "");
  EXPECT_EQ(recoveries.await(1).size(), 1U);
  EXPECT_TRUE((*host)->sign("key", digest(), soon()).ok());
}

TEST(EvilKeyHostCase, SecondAnswerToOneRequestIsGarbage) {
  Answers troubles;
  KeyHostOptions options = evil_options("answers twice");
  options.report = troubles.report();
  const auto host = KeyHost::start(options, soon());
  ASSERT_TRUE(host.ok());
  EXPECT_TRUE((*host)->sign("key", digest(), soon()).ok());
  EXPECT_THAT(troubles.await(1), ::testing::ElementsAre("KEY_HOST_GARBAGE"));
}

// Of many requests with a host of one thread only the oldest can have begun.
TEST(EvilKeyHostCase, OnlyTheRequestThatHadBegunIsInDoubt) {
  const testing::TemporaryDirectory directory;
  KeyHostOptions options = once_evil_options("dies", directory);
  const auto host = KeyHost::start(options, soon());
  ASSERT_TRUE(host.ok());
  Answers answers;
  for (int i = 0; i < 200; ++i) (*host)->sign("key", digest(), soon(), answers.note());
  const std::vector<std::string> reasons = answers.await(200);
  EXPECT_EQ(std::count(reasons.begin(), reasons.end(), "KEY_HOST_DIED"), 1);
  EXPECT_EQ(std::count(reasons.begin(), reasons.end(), "signed"), 199);
}

TEST(EvilKeyHostCase, HangingRequestIsAnsweredByItsOwnDeadline) {
  KeyHostOptions options = evil_options("hangs");
  options.answer_max = 60s;
  const auto host = KeyHost::start(options, soon());
  ASSERT_TRUE(host.ok());
  const auto answer = (*host)->sign("key", digest(), Deadline::after(100ms));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::outcome_unknown);
  EXPECT_EQ(answer.error().reason, "KEY_HOST_LATE");
  EXPECT_EQ((*host)->state().answers, 1U);
}

TEST(EvilKeyHostCase, WhatBecameOfAHangingHostIsASentence) {
  const auto host = KeyHost::start(evil_options("hangs"), soon());
  ASSERT_TRUE(host.ok());
  const auto answer = (*host)->sign("key", digest(), soon());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().message,
            "backend \"evil\" may have signed, and did not say so: its key host has not answered "
            "for 1.5 s; the process was killed by signal 9 (Killed)");
}

TEST(EvilKeyHostCase, WaitingRequestsOfAHangingHostGoToTheNext) {
  const testing::TemporaryDirectory directory;
  KeyHostOptions options = once_evil_options("hangs", directory);
  const auto host = KeyHost::start(options, soon());
  ASSERT_TRUE(host.ok());
  Answers answers;
  for (int i = 0; i < 100; ++i) (*host)->sign("key", digest(), soon(), answers.note());
  const std::vector<std::string> reasons = answers.await(100);
  EXPECT_EQ(std::count(reasons.begin(), reasons.end(), "KEY_HOST_HUNG"), 1);
  EXPECT_EQ(std::count(reasons.begin(), reasons.end(), "signed"), 99);
}

// Of a device that is asked whether it is there while nobody signs.
KeyHostOptions probed_options(const std::string& mode, const testing::TemporaryDirectory& place,
                              Answers& troubles) {
  KeyHostOptions options = once_evil_options(mode, place);
  options.probe_interval = 1ms;
  options.report = troubles.report();
  return options;
}

TEST(EvilKeyHostCase, RequestsBehindAProbeThatHangsGoToTheNext) {
  const testing::TemporaryDirectory directory;
  Answers troubles;
  KeyHostOptions options = probed_options("hangs at a probe", directory, troubles);
  options.answer_max = 1500ms;
  const auto host = KeyHost::start(options, soon());
  ASSERT_TRUE(host.ok());
  const testing::Patience give_up;
  while (!std::filesystem::exists(directory / "was probed")) ASSERT_FALSE(give_up.ended());
  const auto answer = (*host)->sign("key", digest(), soon());
  EXPECT_TRUE(answer.ok()) << answer.error().reason;
  EXPECT_THAT(troubles.await(1), ::testing::ElementsAre("KEY_HOST_HUNG"));
}

// Somebody else may keep the device busy. What comes later is not in doubt.
TEST(EvilKeyHostCase, ProbeThatNobodyWaitsBehindKillsNothingUntilSomebodyDoes) {
  const testing::TemporaryDirectory directory;
  Answers troubles;
  KeyHostOptions options = probed_options("hangs at a probe", directory, troubles);
  options.answer_max = 1500ms;
  const auto host = KeyHost::start(options, soon());
  ASSERT_TRUE(host.ok());
  EXPECT_THAT(troubles.await(1), ::testing::ElementsAre("DEVICE_SILENT"));
  const KeyHostState state = (*host)->state();
  EXPECT_TRUE(state.is_up);
  EXPECT_TRUE(state.is_away);
  EXPECT_EQ(state.starts, 1U);
  const auto answer = (*host)->sign("key", digest(), soon());
  EXPECT_TRUE(answer.ok()) << answer.error().reason;
  EXPECT_THAT(troubles.await(2), ::testing::ElementsAre("DEVICE_SILENT", "KEY_HOST_HUNG"));
}

TEST(EvilKeyHostCase, ProbeThatHangsIsTheHostsEndInTheLongRun) {
  const testing::TemporaryDirectory directory;
  Answers troubles;
  KeyHostOptions options = probed_options("hangs at a probe", directory, troubles);
  options.answer_max = 1ms;
  options.start_max = 3s;
  const auto host = KeyHost::start(options, soon());
  ASSERT_TRUE(host.ok());
  std::vector<std::string> reasons = troubles.await(2);
  reasons.resize(2);  // the next host, honest as it is, may take longer than 1 ms for a probe
  EXPECT_THAT(reasons, ::testing::ElementsAre("DEVICE_SILENT", "KEY_HOST_HUNG"));
}

TEST(EvilKeyHostCase, SecondAnswerToOneProbeIsGarbage) {
  const testing::TemporaryDirectory directory;
  Answers troubles;
  KeyHostOptions options = probed_options("probed twice", directory, troubles);
  const auto host = KeyHost::start(options, soon());
  ASSERT_TRUE(host.ok());
  EXPECT_THAT(troubles.await(1), ::testing::ElementsAre("KEY_HOST_GARBAGE"));
}

class RefusingDevice : public ::testing::Test {
 protected:
  KeyHostOptions options(const std::string& reason) const {
    KeyHostOptions options = evil_options("refuses");
    options.config.options.emplace_back("directory", directory_.path().string());
    options.config.options.emplace_back("reason", reason);
    return options;
  }

  testing::TemporaryDirectory directory_;
};

// That a device answers does not say that it would sign.
TEST_F(RefusingDevice, ThatAnswersIsUpAgainWhereItWasAwayAndNotWhereItSaidNo) {
  for (const auto& [reason, is_over] :
       {std::pair{"TOKEN_ABSENT", true}, std::pair{"TOKEN_FAILED", true},
        std::pair{"TOKEN_REFUSED", false}, std::pair{"TPM_ABSENT", true},
        std::pair{"TPM_NOT_STARTED", true}, std::pair{"TPM_CONNECTION_LOST", false},
        std::pair{"TPM_LOCKED_OUT", false}}) {
    KeyHostOptions asks_often = options(reason);
    asks_often.probe_interval = 20ms;
    const auto host = KeyHost::start(asks_often, soon());
    ASSERT_TRUE(host.ok());
    EXPECT_EQ((*host)->sign("key", digest(), soon()).error().reason, reason);
    const KeyHostState met = (*host)->state();
    EXPECT_EQ(met.is_away, is_over && !met.refusal.empty()) << reason;
    const testing::Patience give_up;
    while ((*host)->state().probes < met.probes + 2) ASSERT_FALSE(give_up.ended());
    EXPECT_EQ((*host)->state().refusal.empty(), is_over) << reason;
  }
}

// What the watchdog looks at.
TEST_F(RefusingDevice, ThatAnswersNothingElseIsSeenToAnswer) {
  const auto host = KeyHost::start(options("TOKEN_REFUSED"), soon());
  ASSERT_TRUE(host.ok());
  for (std::uint64_t i = 1; i <= 3; ++i) {
    EXPECT_EQ((*host)->sign("key", digest(), soon()).error().reason, "TOKEN_REFUSED");
    EXPECT_EQ((*host)->state().answers, i);
  }
}

// The signature is its caller's affair; that the device stays away is the operator's.
TEST_F(RefusingDevice, ThatASignatureMissedFirstIsToldOnceAndItsReturn) {
  testing::write_text(directory_ / "is away", "");
  KeyHostOptions asks = options("TOKEN_ABSENT");
  asks.probe_interval = 500ms;  // the signature comes first
  Answers told;
  asks.report = told.report();
  asks.report_recovery = [note = told.note()] { note(Bytes{}); };
  const auto host = KeyHost::start(asks, soon());
  ASSERT_TRUE(host.ok());
  EXPECT_FALSE((*host)->sign("key", digest(), soon()).ok());
  const testing::Patience give_up;
  while ((*host)->state().probes < 2) ASSERT_FALSE(give_up.ended());
  std::filesystem::remove(directory_ / "is away");
  EXPECT_THAT(told.await(2), ::testing::ElementsAre("TOKEN_ABSENT", "signed"));
}

// A module may leak at each try to find its token, for as long as nobody signs.
TEST(EvilKeyHostCase, HostThatGrowsAtAProbeIsReplaced) {
  const testing::TemporaryDirectory directory;
  Answers troubles;
  KeyHostOptions options = probed_options("grows at a probe", directory, troubles);
  options.resident_bytes_max = 200U << 20;
  const auto host = KeyHost::start(options, soon());
  ASSERT_TRUE(host.ok());
  EXPECT_THAT(troubles.await(1), ::testing::ElementsAre("KEY_HOST_GREW"));
  const testing::Patience give_up;
  while ((*host)->state().starts < 2) ASSERT_FALSE(give_up.ended());
  EXPECT_TRUE((*host)->sign("key", digest(), soon()).ok());
}

TEST(EvilKeyHostCase, FullQueueRefusesAtOnce) {
  KeyHostOptions options = evil_options("hangs");
  options.queue_max = 3;
  options.answer_max = 60s;
  Answers answers;
  auto host = KeyHost::start(options, soon());
  ASSERT_TRUE(host.ok());
  for (int i = 0; i < 4; ++i) (*host)->sign("key", digest(), soon(), answers.note());
  EXPECT_THAT(answers.await(1), ::testing::ElementsAre("KEY_HOST_QUEUE_FULL"));
  // The end answers them all: one may have begun, two were never taken up.
  *host = nullptr;
  EXPECT_THAT(answers.await(4),
              ::testing::UnorderedElementsAre("KEY_HOST_QUEUE_FULL", "KEY_HOST_DIED",
                                              "KEY_HOST_DOWN", "KEY_HOST_DOWN"));
}

// What was asked of one key is not signed with another of the same name.
TEST(EvilKeyHostCase, RequestsForAKeyThatChangedAreRefused) {
  const testing::TemporaryDirectory directory;
  KeyHostOptions options = evil_options("dies");
  options.config.options.emplace_back("only_once", (directory / "was evil").string());
  const auto host = KeyHost::start(options, soon());
  ASSERT_TRUE(host.ok());
  const Bytes before = (*host)->keys().at(0).spki;
  Answers answers;
  for (int i = 0; i < 10; ++i) (*host)->sign("key", digest(), soon(), answers.note());
  const std::vector<std::string> reasons = answers.await(10);
  EXPECT_EQ(std::count(reasons.begin(), reasons.end(), "KEY_HOST_DIED"), 1);
  EXPECT_EQ(std::count(reasons.begin(), reasons.end(), "KEY_CHANGED"), 9);
  EXPECT_NE((*host)->keys().at(0).spki, before);
  EXPECT_TRUE((*host)->sign("key", digest(), soon()).ok());
  EXPECT_EQ((*host)->state().starts, 2U);
}

TEST(EvilKeyHostCase, WrongSignatureFoundOnAnotherThreadReplacesTheHost) {
  const testing::TemporaryDirectory directory;
  KeyHostOptions options = once_evil_options("wrong signature", directory);
  std::mutex mutex;
  std::vector<std::thread> threads;
  options.post = [&](std::function<void()> work) {
    const std::lock_guard lock(mutex);
    threads.emplace_back(std::move(work));
  };
  {
    const auto host = KeyHost::start(options, soon());
    ASSERT_TRUE(host.ok());
    EXPECT_EQ((*host)->sign("key", digest(), soon()).error().reason, "WRONG_SIGNATURE");
    EXPECT_TRUE((*host)->sign("key", digest(), soon()).ok());
    EXPECT_EQ((*host)->state().starts, 2U);
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace chancery
