// The whole daemon with a key host that dies, hangs, answers garbage or signs wrongly.
#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <ostream>

#include "chancery/v1/keys.pb.h"
#include "chancery/v1/policy.pb.h"
#include "core/base/limits/key_hosts.h"
#include "tests/end_to_end/running_daemon.h"
#include "tests/support/patience.h"

namespace chancery::testing {
namespace {

struct Evil {
  const char* mode;  // of tests/support/key_host/evil_key_host
  ErrorCode code;
  const char* reason;
};
void PrintTo(const Evil& evil, std::ostream* out) { *out << evil.mode; }

class DaemonWithEvil : public ::testing::Test {
 protected:
  void start(const std::string& mode) {
    ASSERT_EQ(daemon_.process().stop(), 0);
    std::filesystem::create_directory(evil());
    write_text(evil() / "mode", mode);
    write_text(directory_ / "chancery.toml", configuration());
    DaemonOptions options = daemon_.options();
    options.program = CHANCERY_STAGED_DAEMON;
    options.config = directory_ / "chancery.toml";
    options.environment = {{"CHANCERY_EVIL", CHANCERY_EVIL_KEYHOST}};
    daemon_.start(options);
  }
  // Waits for a line with `words` on the daemon's standard error.
  bool is_told(std::string_view words) const {
    for (const Patience patience; !patience.ended();) {
      if (daemon_.standard_error().find(words) != std::string::npos) return true;
    }
    return false;
  }
  std::filesystem::path evil() const { return directory_ / "evil"; }
  // Two backends: one honest for the log and the profile "other", one evil for what else is signed.
  std::string configuration() const {
    const std::string us = std::to_string(::getuid());
    return "[server]\nsocket = \"" + daemon_.socket().string() + "\"\n[state]\ndirectory = \"" +
           (directory_ / "state").string() +
           "\"\n[log]\norigin = \"log.test\"\nbackend = \"honest\"\nkey = \"log\"\n"
           "[[backend]]\nname = \"honest\"\ntype = \"software\"\ndirectory = \"" +
           (directory_ / "state/keys").string() +
           "\"\nmake_missing = [\"log=ed25519\", \"other=ecdsa-p256-sha256\"]\n"
           "[[backend]]\nname = \"evil\"\ntype = \"software\"\ndirectory = \"" +
           evil().string() +
           "\"\n[[profile]]\nname = \"default\"\nbackend = \"evil\"\nkey = \"key\"\n"
           "signs = \"digests\"\n[[profile]]\nname = \"other\"\nbackend = \"honest\"\n"
           "key = \"other\"\nsigns = \"digests\"\n[[rule]]\nname = \"we\"\nusers = [" +
           us + "]\nprofiles = [\"*\"]\n[[rule]]\nname = \"owners\"\nusers = [" + us +
           "]\nadmin = true\n[metrics]\nfile = \"" + metrics().string() + "\"\n";
  }
  std::filesystem::path metrics() const { return directory_ / "metrics"; }

  void become_honest() {
    std::filesystem::remove(evil() / "mode");
    for (const pid_t host : children_of(daemon_.process().pid())) ::kill(host, SIGKILL);
  }
  // The same request again, once its key host is honest.
  Result<v1::SignReply> sign_honestly(const v1::SignRequest& request) {
    become_honest();
    Result<v1::SignReply> reply = daemon_.sign(request);
    for (const Patience patience; !reply.ok() && !patience.ended();) {
      reply = daemon_.sign(request);
    }
    return reply;
  }

  TemporaryDirectory directory_;
  RunningDaemon daemon_;
};

class DaemonKeyHost : public DaemonWithEvil, public ::testing::WithParamInterface<Evil> {
 protected:
  void SetUp() override { start(GetParam().mode); }
};

TEST_P(DaemonKeyHost, CostsItsRequestAndNothingElse) {
  const v1::SignRequest request = sign_request("one", "hello");
  // One that hangs is waited for as long as the caller has time.
  const bool hangs = GetParam().reason == std::string_view("KEY_HOST_LATE");
  const auto answer =
      daemon_.connection().call(signer, "Sign", request.SerializeAsString(),
                                hangs ? Deadline::after(std::chrono::seconds(5)) : soon());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, GetParam().code) << answer.error().message;
  // A loaded machine may bring that later than the caller has time.
  const bool is_late = hangs && answer.error().reason == "DEADLINE_PASSED";
  EXPECT_TRUE(is_late || answer.error().reason == GetParam().reason) << answer.error().message;
  const Patience patience;
  while (daemon_.status().failed() == 0) ASSERT_FALSE(patience.ended());
  EXPECT_EQ(daemon_.status().log_size(), 0U);
  EXPECT_EQ(daemon_.status().failed(), 1U);

  const Result<v1::SignReply> reply = sign_honestly(request);
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  EXPECT_EQ(reply->log_index(), 0U);  // one signature, one entry
  EXPECT_TRUE(is_told("backend \"evil\": ")) << daemon_.standard_error();
  EXPECT_TRUE(is_told("backend \"evil\" is up again")) << daemon_.standard_error();
}

INSTANTIATE_TEST_SUITE_P(
    Evils, DaemonKeyHost,
    ::testing::Values(Evil{"dies", ErrorCode::outcome_unknown, "KEY_HOST_DIED"},
                      Evil{"hangs", ErrorCode::outcome_unknown, "KEY_HOST_LATE"},
                      Evil{"garbage", ErrorCode::outcome_unknown, "KEY_HOST_DIED"},
                      Evil{"wrong signature", ErrorCode::internal, "WRONG_SIGNATURE"}));

// A device that hangs: 60 s are for making keys, and here there are some already.
TEST_F(DaemonWithEvil, OneThatDoesNotOpenKeepsNobodyFromTheRest) {
  start("honest");
  ASSERT_TRUE(daemon_.sign(sign_request("one", "hello")).ok());
  const auto before = Deadline::Clock::now();
  start("never opens");
  EXPECT_LT(Deadline::Clock::now() - before, limits::key_host_start_max / 2);
  v1::SignRequest of_the_other = sign_request("other", "hello");
  of_the_other.set_profile("other");
  EXPECT_TRUE(daemon_.sign(of_the_other).ok());
  const v1::SignRequest request = sign_request("two", "hello");
  const Result<v1::SignReply> meanwhile = daemon_.sign(request);
  ASSERT_FALSE(meanwhile.ok());
  EXPECT_EQ(meanwhile.error().code, ErrorCode::unavailable);
  EXPECT_EQ(meanwhile.error().reason, "BACKEND_DOWN");
  // Nor has it been given up: that would be after 60 s.
  EXPECT_THAT(meanwhile.error().message, ::testing::HasSubstr("it is starting"));
  const Result<v1::SignReply> reply = sign_honestly(request);
  EXPECT_TRUE(reply.ok()) << reply.error().message;
}

// Whoever stops a key may be in a hurry; what only reads the rules needs no device, nor do the
// daemon's own chores.
TEST_F(DaemonWithEvil, NothingElseWaitsForADeviceThatHangs) {
  start("honest");
  write_text(evil() / "mode", "never opens");
  v1::MakeKeyRequest make;
  make.set_key("evil:another");
  make.set_algorithm("ecdsa-p256-sha256");
  client::PendingCall making =
      daemon_.connection().submit("chancery.v1.Keys", "MakeKey", make.SerializeAsString(), soon());
  const Patience patience;
  const auto evil_is_up = [&] {
    const auto status =
        daemon_.call<v1::StatusReply>("chancery.v1.Admin", "Status", v1::StatusRequest());
    return std::ranges::any_of(status->backends(), [](const v1::BackendStatus& backend) {
      return backend.name() == "evil" && backend.is_up();
    });
  };
  while (evil_is_up()) ASSERT_FALSE(patience.ended());
  v1::StopRequest stop;
  stop.set_key("honest:other");
  const auto stopped =
      daemon_.connection().call("chancery.v1.Keys", "Stop", stop.SerializeAsString(),
                                Deadline::after(limits::key_host_answer_max));
  EXPECT_TRUE(stopped.ok()) << stopped.error().message;
  const auto explained = daemon_.connection().call("chancery.v1.Policy", "Explain",
                                                   v1::ExplainRequest().SerializeAsString(),
                                                   Deadline::after(limits::key_host_answer_max));
  EXPECT_TRUE(explained.ok()) << explained.error().message;
  std::filesystem::remove(metrics());
  // Sooner than MakeKey gives up.
  const Patience for_metrics(Deadline::after(limits::key_host_start_max / 2));
  while (!std::filesystem::exists(metrics())) ASSERT_FALSE(for_metrics.ended());
  // The one in its place that hangs: without it, an honest one would come at once.
  while (children_of(daemon_.process().pid()).size() < 2) ASSERT_FALSE(patience.ended());
  become_honest();
  EXPECT_FALSE(making.wait().ok());  // it had waited all the while
}

// With little time: two seconds.
Result<v1::SignReply> sign_impatiently(RunningDaemon& daemon, const std::string& key) {
  v1::SignReply reply;
  const auto ask = [&] {
    return daemon.connection().call(signer, "Sign", sign_request(key, key).SerializeAsString(),
                                    Deadline::after(std::chrono::seconds(2)));
  };
  Result<std::string> answer = ask();
  // On a loaded machine that was too little for the receipt: its key brings it.
  while (!answer.ok() && answer.error().reason == "DEADLINE_PASSED") answer = ask();
  if (!answer.ok()) return answer.error();
  EXPECT_TRUE(reply.ParseFromString(*answer));
  return reply;
}

TEST_F(DaemonWithEvil, LogWhoseKeyIsGoneLeavesReceiptsAndThenTakesNothingNew) {
  start("honest");
  ASSERT_TRUE(daemon_.sign(sign_request("one", "hello")).ok());
  const std::filesystem::path keys = directory_ / "state/keys", away = directory_ / "away";
  std::filesystem::rename(keys, away);
  for (const pid_t host : children_of(daemon_.process().pid())) ::kill(host, SIGKILL);
  // Once the profile's own key is up again.
  Result<v1::SignReply> reply = sign_impatiently(daemon_, "two");
  const auto is_down = [](const std::string& reason) {
    return reason == "BACKEND_DOWN" || reason.starts_with("KEY_HOST_");
  };
  while (!reply.ok() && is_down(reply.error().reason)) reply = sign_impatiently(daemon_, "two");
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  EXPECT_EQ(reply->state(), v1::STATE_SIGNED);
  EXPECT_FALSE(reply->receipt().empty());
  EXPECT_TRUE(reply->bundle().empty());
  // The same once more is no other signature.
  const auto again = sign_impatiently(daemon_, "two");
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again->receipt(), reply->receipt());

  Result<v1::SignReply> next = reply;
  for (int i = 0; next.ok(); ++i) next = sign_impatiently(daemon_, "next-" + std::to_string(i));
  EXPECT_EQ(next.error().reason, "LOG_CHECKPOINT_UNSIGNED");

  std::filesystem::rename(away, keys);
  v1::GetSignatureRequest get;
  get.set_receipt(reply->receipt());
  while (reply.ok() && reply->state() == v1::STATE_SIGNED) {
    reply = daemon_.call<v1::SignReply>(signer, "GetSignature", get);
  }
  EXPECT_EQ(reply->state(), v1::STATE_DONE);
  EXPECT_FALSE(reply->bundle().empty());
}

}  // namespace
}  // namespace chancery::testing
