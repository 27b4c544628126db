// Who may have org.chancery.Signer1 do what, as a real polkit decides.
#include <gmock/gmock.h>

#include "tests/end_to_end/dbus/bus_fixture.h"
#include "tests/support/patience.h"

namespace chancery::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;

TEST_F(Bus, WhatIsPendingIsListedForWhomPolkitAllows) {
  const pid_t host = key_host();
  stop_threads_of(host);
  const auto connection = client::Connection::open(daemon_->socket(), soon());
  ASSERT_TRUE(connection.ok());
  auto signing =
      (*connection)
          ->submit(signer, "Sign", sign_request("one", "hello").SerializeAsString(), soon());
  Listener listener;
  const Patience patience;
  while (listener.property<std::uint64_t>("PendingCount") == 0 && !patience.ended()) {
  }
  EXPECT_THAT(call_as(games, "ListPending"),
              AllOf(HasSubstr("accepted"), HasSubstr("default"),
                    HasSubstr("uint32 " + std::to_string(::getuid()))));
  EXPECT_THAT(call_as(nobody, "ListPending"),
              AllOf(HasSubstr("org.freedesktop.DBus.Error.AccessDenied"),
                    HasSubstr("org.chancery.signer1.list-pending")));
  ::kill(host, SIGCONT);
  (void)signing.wait();
}

TEST_F(Bus, ReloadIsForWhomPolkitAllows) {
  EXPECT_THAT(call_as(games, "Reload"), HasSubstr(daemon_->file().string()));
  EXPECT_THAT(call_as(nobody, "Reload"),
              AllOf(HasSubstr("Error org.freedesktop.DBus.Error.AccessDenied"),
                    HasSubstr("polkit does not allow uid 65534 org.chancery.signer1.reload")));
  EXPECT_THAT(call_as("root", "Reload"), HasSubstr(daemon_->file().string()));
}

TEST_F(Bus, WhoWouldNeedAPasswordIsToldSo) {
  EXPECT_THAT(call_as(stranger, "Reload"),
              AllOf(HasSubstr("Error org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"),
                    HasSubstr("needs a password")));
}

TEST_F(Bus, APersonIsAskedForAPasswordWhereTheCallAllowsIt) {
  std::string message;
  EXPECT_THAT(reload_with_a_dialog(PasswordDialog::Person::knows_it, message),
              HasSubstr(daemon_->file().string()));
  EXPECT_EQ(message, "Authentication is required to reload the signing daemon's configuration");
  EXPECT_THAT(stop_service(), HasSubstr("uid=1 "));
}

TEST_F(Bus, APersonWhoGivesUpIsRefused) {
  std::string message;
  EXPECT_THAT(reload_with_a_dialog(PasswordDialog::Person::gives_up, message),
              HasSubstr("Access denied"));
  EXPECT_THAT(stop_service(), HasSubstr("outcome=POLKIT_REFUSED"));
}

TEST_F(Bus, AReloadIsOnRecordAsTheServicesAndItsOwnLinesSayWhose) {
  ASSERT_THAT(call_as(games, "Reload"), HasSubstr("string"));
  const Json act = newest_record(daemon_->socket(), "act");
  EXPECT_EQ(act["method"], "Admin.Reload");
  EXPECT_EQ(act["uid"], bus_service_uid);
  call_as(nobody, "Reload");
  EXPECT_THAT(stop_service(),
              AllOf(HasSubstr("action=org.chancery.signer1.reload uid=5 caller=:1."),
                    HasSubstr("outcome=done"), HasSubstr("uid=65534"),
                    HasSubstr("outcome=POLKIT_REFUSED")));
}

TEST_F(Bus, WhereTheDaemonHasNoRuleForTheServiceNobodyReloads) {
  daemon_->write(we_may());
  daemon_->restart();
  open_to_all();
  EXPECT_THAT(call_as("root", "Reload"), HasSubstr("Error org.chancery.Error.NO_ADMIN_RULE"));
}

TEST_F(Bus, WithoutPolkitNobodyMayAndIsToldWhatToDo) {
  bus_->stop_polkit();
  for (const char* user : {"root", games}) {
    EXPECT_THAT(call_as(user, "Reload"),
                AllOf(HasSubstr("Error org.chancery.Error.POLKIT_UNAVAILABLE"),
                      HasSubstr("is polkitd installed?")))
        << user;
  }
  EXPECT_THAT(call_as(nobody, "Status"), HasSubstr("\"up\""));
  bus_->start_polkit();
  EXPECT_THAT(call_as(games, "Reload"), HasSubstr(daemon_->file().string()));
}

TEST_F(Bus, CallsThatWaitForPolkitAreBoundedByUserAndAnsweredLater) {
  stop_threads_of(bus_->polkit_pid());
  Listener one, another;
  std::vector<std::string> answers;
  const auto note = [&answers](const std::string& error) { answers.push_back(error); };
  for (std::size_t i = 0; i < limits::bus_calls_waiting_per_user_max; ++i)
    (i % 2 == 0 ? one : another).reload(note);
  EXPECT_THAT(call_as("root", "Reload"), HasSubstr("Error org.chancery.Error.BUS_CALLS_EXHAUSTED"));
  ProgramRun somebody_else(calling_as(games, "Reload"));
  EXPECT_THAT(call_as(nobody, "Status"), HasSubstr("\"up\""));
  ::kill(bus_->polkit_pid(), SIGCONT);
  EXPECT_THAT(somebody_else.wait().out, HasSubstr(daemon_->file().string()));
  const std::size_t half = limits::bus_calls_waiting_per_user_max / 2;
  EXPECT_TRUE(one.until([&] { return answers.size() >= half; }));
  EXPECT_TRUE(another.until([&] { return answers.size() == 2 * half; }));
  EXPECT_THAT(answers, Each(""));
  EXPECT_THAT(call_as("root", "Reload"), HasSubstr(daemon_->file().string()));
}

TEST_F(Bus, NobodyElseTakesTheName) {
  stop_service();
  EXPECT_THROW(SystemBus::connect()->requestName(service_name), sdbus::Error);
}

}  // namespace
}  // namespace chancery::testing
