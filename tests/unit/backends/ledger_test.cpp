// Which requests may have begun, which are late, which go to the next host.
#include "backends/host/ledger.h"

#include <gmock/gmock.h>

#include "tests/support/private_key.h"

namespace chancery::host {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Time start{1000s};

std::shared_ptr<const KnownKey> some_key() {
  const auto key = testing::PrivateKey::make(Algorithm::ecdsa_p256_sha256);
  return std::make_shared<const KnownKey>(
      KnownKey{{"key", key.algorithm(), key.spki()}, PublicKey::from_spki(key.spki()).value()});
}

class LedgerTest : public ::testing::Test {
 protected:
  // The request is known by its one byte of input.
  void add(std::uint8_t name, Time deadline = start + 60s) {
    ledger_.add({key_, {name}, Deadline::at(deadline), [](const Result<Bytes>&) {}});
  }
  void add_and_send(std::uint8_t count) {
    for (std::uint8_t name = 1; name <= count; ++name) add(name);
    while (ledger_.anything_to_send()) ledger_.sent(start);
  }
  static std::vector<int> names(const std::vector<Request>& requests) {
    std::vector<int> out;
    for (const Request& request : requests) out.push_back(request.input.at(0));
    return out;
  }
  std::vector<int> waiting() {
    return names(ledger_.take_waiting([](const Request&) { return true; }));
  }

  std::shared_ptr<const KnownKey> key_ = some_key();
  Ledger ledger_{4, 10s, 1s};
};

TEST_F(LedgerTest, WindowLimitsWhatIsSent) {
  add_and_send(6);
  EXPECT_FALSE(ledger_.anything_to_send());
  EXPECT_EQ(ledger_.size(), 6U);
  ledger_.answered(1, start);
  EXPECT_TRUE(ledger_.anything_to_send());
  EXPECT_EQ(ledger_.next().input, Bytes{5});
}

TEST_F(LedgerTest, OfUnansweredOnesTheOldestMayHaveBegun) {
  ledger_.host_came(2);
  add_and_send(4);
  EXPECT_THAT(names(ledger_.host_went()), ElementsAre(1, 2));
  EXPECT_THAT(waiting(), ElementsAre(3, 4));
}

TEST_F(LedgerTest, AnAnswerLetsTheNextBegin) {
  ledger_.host_came(2);
  add_and_send(4);
  ledger_.answered(2, start);
  EXPECT_THAT(names(ledger_.host_went()), ElementsAre(1, 3));
  EXPECT_THAT(waiting(), ElementsAre(4));
}

TEST_F(LedgerTest, BehindAProbeOneLessCanHaveBegun) {
  ledger_.host_came(2);
  ledger_.probe_sent();
  add_and_send(3);
  EXPECT_THAT(names(ledger_.host_went()), ElementsAre(1));
  EXPECT_THAT(waiting(), ElementsAre(2, 3));
  ledger_.host_came(2);
  ledger_.probe_sent();
  add_and_send(3);
  ledger_.probe_answered(start + 4s);
  EXPECT_TRUE(ledger_.hangs(start + 10s));
  EXPECT_THAT(names(ledger_.host_went()), ElementsAre(1, 2));
}

TEST_F(LedgerTest, BehindAProbeOfTheOnlyThreadNothingHasBegun) {
  ledger_.host_came(1);
  ledger_.probe_sent();
  add_and_send(2);
  EXPECT_FALSE(ledger_.hangs(start + 60s));
  ledger_.probe_answered(start + 4s);
  EXPECT_FALSE(ledger_.hangs(start + 13s));
  EXPECT_TRUE(ledger_.hangs(start + 14s));
}

TEST_F(LedgerTest, WhatWaitsAgainKeepsItsPlaceBeforeTheNewer) {
  add_and_send(4);
  add(9);
  EXPECT_THAT(names(ledger_.host_went()), ElementsAre(1));
  EXPECT_THAT(waiting(), ElementsAre(2, 3, 4, 9));
}

TEST_F(LedgerTest, HangsOnceOneThatHasBegunIsNotAnsweredInTime) {
  add_and_send(2);
  EXPECT_FALSE(ledger_.hangs(start + 9s));
  EXPECT_TRUE(ledger_.hangs(start + 10s));
  // The second begins only now.
  ledger_.answered(1, start + 9s);
  EXPECT_FALSE(ledger_.hangs(start + 18s));
  EXPECT_TRUE(ledger_.hangs(start + 19s));
}

TEST_F(LedgerTest, OneThreadThatHangsShowsAmongOthersThatWork) {
  ledger_.host_came(2);
  for (std::uint8_t name = 1; name <= 4; ++name) add(name);
  while (ledger_.anything_to_send()) ledger_.sent(start);
  ledger_.answered(2, start + 8s);
  ledger_.answered(3, start + 9s);
  EXPECT_TRUE(ledger_.hangs(start + 10s));
}

TEST_F(LedgerTest, WaitingOnesExpireAtTheirDeadlineAndSentOnesLater) {
  add(1, start + 5s);
  ledger_.sent(start);
  add(2, start + 5s);
  Ledger::Expired expired = ledger_.expired(start + 5s);
  EXPECT_THAT(names(expired.waiting), ElementsAre(2));
  EXPECT_THAT(expired.sent, IsEmpty());
  expired = ledger_.expired(start + 6s);
  EXPECT_THAT(names(expired.sent), ElementsAre(1));
  EXPECT_EQ(ledger_.size(), 0U);
}

TEST_F(LedgerTest, LateAnswerToAGivenUpOneIsAwaitedButHasNobodyToTell) {
  add(1, start + 5s);
  ledger_.sent(start);
  ledger_.expired(start + 6s);
  EXPECT_EQ(ledger_.awaited(1), Ledger::Awaited::given_up);
  EXPECT_FALSE(ledger_.answered(1, start + 7s).done);
  EXPECT_EQ(ledger_.awaited(1), Ledger::Awaited::never_sent);
  EXPECT_TRUE(ledger_.idle());
}

TEST_F(LedgerTest, GivenUpOneStillCountsAsBegunAndIsNotGivenBack) {
  add(1, start + 5s);
  add(2);
  while (ledger_.anything_to_send()) ledger_.sent(start);
  ledger_.expired(start + 6s);
  EXPECT_TRUE(ledger_.hangs(start + 10s));
  EXPECT_THAT(ledger_.host_went(), IsEmpty());
  EXPECT_THAT(waiting(), ElementsAre(2));
}

TEST_F(LedgerTest, NextCheckIsNeverLaterThanWhatIsDue) {
  EXPECT_EQ(ledger_.next_check(), Time::max());
  add(1, start + 5s);
  EXPECT_LE(ledger_.next_check(), start + 5s);
  ledger_.sent(start);
  ledger_.expired(start + 5s);
  EXPECT_LE(ledger_.next_check(), start + 6s);
  ledger_.answered(1, start + 5s);
  ledger_.expired(start + 6s);
  EXPECT_EQ(ledger_.next_check(), Time::max());
}

TEST_F(LedgerTest, AnswersAreAwaitedOnceEach) {
  EXPECT_EQ(ledger_.awaited(1), Ledger::Awaited::never_sent);
  add_and_send(1);
  EXPECT_EQ(ledger_.awaited(1), Ledger::Awaited::yes);
  EXPECT_EQ(ledger_.answered(1, start).input, Bytes{1});
  EXPECT_EQ(ledger_.awaited(1), Ledger::Awaited::never_sent);
}

}  // namespace
}  // namespace chancery::host
