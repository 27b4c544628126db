// org.chancery.Signer1: the whole daemon, its service on a bus, and a real polkit that decides.
#include <gmock/gmock.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>

#include "client/dbus/view.h"
#include "tests/end_to_end/audit_records.h"
#include "tests/end_to_end/configured_daemon.h"
#include "tests/end_to_end/dbus/system_bus.h"

namespace chancery::testing {
namespace {

using client::Change;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

constexpr const char* service_name = "org.chancery.Signer1";
constexpr const char* object_path = "/org/chancery/Signer1";
constexpr const char* games = "games";      // polkit's rules say yes
constexpr const char* nobody = "nobody";    // they say no
constexpr const char* stranger = "daemon";  // they say nothing

// What somebody who watches hears.
class Listener {
 public:
  Listener()
      : bus_(SystemBus::connect()), service_(sdbus::createProxy(*bus_, service_name, object_path)) {
    service_->uponSignal("StateChanged")
        .onInterface(service_name)
        .call([this](const std::string& name, const std::string& from, const std::string& to) {
          heard_.push_back({name, from, to});
        });
    service_->uponSignal("PropertiesChanged")
        .onInterface("org.freedesktop.DBus.Properties")
        .call([this](const std::string&, const std::map<std::string, sdbus::Variant>& changed,
                     const std::vector<std::string>&) {
          for (const auto& [name, value] : changed) properties_[name] = value;
        });
    service_->finishRegistration();
  }

  // Asserts that it comes within a minute.
  void hears(const Change& change) {
    const Deadline patience = soon();
    while (std::ranges::find(heard_, change) == heard_.end()) {
      if (bus_->processPendingRequest()) continue;
      ASSERT_FALSE(patience.passed()) << change.name << " " << change.from << " " << change.to;
      const auto wanted = bus_->getEventLoopPollData();
      pollfd entry{wanted.fd, wanted.events, 0};
      ::poll(&entry, 1, 1000);
    }
  }
  template <typename Value>
  Value property(const std::string& name) {
    return service_->getProperty(name).onInterface(service_name);
  }
  // As it was last told, rather than asked for.
  std::string told(const std::string& name) { return properties_.at(name).get<std::string>(); }

  // Root's call.
  template <typename Reply>
  Reply call(const std::string& method) {
    Reply reply;
    service_->callMethod(method).onInterface(service_name).storeResultsTo(reply);
    return reply;
  }

 private:
  std::unique_ptr<sdbus::IConnection> bus_;
  std::unique_ptr<sdbus::IProxy> service_;
  std::vector<Change> heard_;
  std::map<std::string, sdbus::Variant> properties_;
};

class Bus : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { lacking_ = enter_a_host_of_our_own(); }

  void SetUp() override {
    if (!lacking_.empty()) GTEST_SKIP() << lacking_;
    bus_ = std::make_unique<SystemBus>();
    daemon_.emplace(rules_);
    open_to_all();
    start_service();
  }

  // Whoever knows the way may connect, as below /run/chancery.
  void open_to_all() {
    ::chmod(daemon_->socket().parent_path().c_str(), 0711);
    ::chmod(daemon_->socket().c_str(), 0666);
  }
  // Where this is built may be for our eyes alone; the service's user must reach it.
  void start_service() {
    fs::copy_file(fs::path(CHANCERY_PROGRAMS) / "chancery-dbus", "/run/chancery-dbus",
                  fs::copy_options::overwrite_existing);
    service_ = std::make_unique<ProgramRun>(
        as("chancery-dbus", "/run/chancery-dbus", {"--socket", daemon_->socket().string()}));
    bus_->wait_for(service_name);
  }
  static ProgramOptions as(const std::string& user, const std::string& program,
                           std::vector<std::string> arguments) {
    const passwd* const account = ::getpwnam(user.c_str());
    EXPECT_NE(account, nullptr) << user;
    std::vector<std::string> words{"--reuid=" + std::to_string(account->pw_uid),
                                   "--regid=" + std::to_string(account->pw_gid), "--clear-groups",
                                   program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return {.program = "/usr/bin/setpriv", .arguments = words, .working_directory = "/"};
  }
  // What a user is told, the error's name included.
  static std::string call_as(const std::string& user, const std::string& method,
                             const std::vector<std::string>& arguments = {}) {
    std::vector<std::string> words{
        "--system",
        "--print-reply",
        "--reply-timeout=60000",
        std::string("--dest=") + service_name,
        object_path,
        method.find('.') == std::string::npos ? std::string(service_name) + "." + method : method};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const ProgramOutcome outcome = run(as(user, "/usr/bin/dbus-send", words));
    return outcome.out + outcome.err;
  }
  // The same where a person could be asked for a password.
  static std::string call_interactively_as(const std::string& user, const std::string& method) {
    const ProgramOutcome outcome =
        run(as(user, "/usr/bin/busctl",
               {"--system", "--allow-interactive-authorization=yes", "call", service_name,
                object_path, service_name, method}));
    return outcome.out + outcome.err;
  }
  // What the service has said until its end.
  std::string stop_service() {
    ::kill(service_->pid(), SIGTERM);
    const ProgramOutcome outcome = service_->wait();
    service_.reset();
    EXPECT_EQ(outcome.status, 0);
    return outcome.err;
  }

  static inline std::string lacking_;  // why it cannot run here
  const std::string rules_ = we_may() +
                             "[[rule]]\nname = \"bus\"\nusers = [\"chancery-dbus\"]\n"
                             "admin = true\nmethods = [\"Admin.Reload\"]\n";
  std::unique_ptr<SystemBus> bus_;
  std::optional<ConfiguredDaemon> daemon_;
  std::unique_ptr<ProgramRun> service_;
};

TEST_F(Bus, WhoeverIsOnTheBusReadsTheStatus) {
  for (const char* user : {nobody, stranger, games}) {
    EXPECT_THAT(call_as(user, "Status"),
                AllOf(HasSubstr("\"State\""), HasSubstr("\"up\""), HasSubstr("log.test")))
        << user;
  }
}

TEST_F(Bus, PropertiesSayHowTheDaemonIs) {
  Listener listener;
  EXPECT_EQ(listener.property<std::string>("State"), "up");
  EXPECT_EQ(listener.property<std::string>("PendingState"), "fresh");
  EXPECT_EQ(listener.property<std::uint64_t>("PendingCount"), 0U);
  EXPECT_EQ(listener.property<std::int64_t>("OldestPendingAt"), 0);
  using Backend = sdbus::Struct<std::string, std::string, std::string>;
  const auto backends = listener.property<std::vector<Backend>>("Backends");
  ASSERT_EQ(backends.size(), 1U);
  EXPECT_EQ(backends[0], Backend("software", "up", ""));
}

TEST_F(Bus, WhatIsPendingIsListedForWhomPolkitAllows) {
  const auto hosts = children_of(daemon_->process().pid());
  ASSERT_EQ(hosts.size(), 1U);
  ::kill(hosts[0], SIGSTOP);
  const auto connection = client::Connection::open(daemon_->socket(), soon());
  ASSERT_TRUE(connection.ok());
  auto signing =
      (*connection)
          ->submit(signer, "Sign", sign_request("one", "hello").SerializeAsString(), soon());
  Listener listener;
  const Deadline patience = soon();
  while (listener.property<std::uint64_t>("PendingCount") == 0 && !patience.passed()) {
  }
  EXPECT_THAT(call_as(games, "ListPending"),
              AllOf(HasSubstr("accepted"), HasSubstr("default"),
                    HasSubstr("uint32 " + std::to_string(::getuid()))));
  EXPECT_THAT(call_as(nobody, "ListPending"),
              AllOf(HasSubstr("org.freedesktop.DBus.Error.AccessDenied"),
                    HasSubstr("org.chancery.signer1.list-pending")));
  ::kill(hosts[0], SIGCONT);
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
  // With it there would be a dialog; nobody on this bus shows one. busctl has words of its own.
  EXPECT_THAT(call_interactively_as(stranger, "Reload"), HasSubstr("Access denied"));
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

TEST_F(Bus, ABadConfigurationIsToldAndTroublesUntilItIsMended) {
  Listener listener;
  daemon_->write(rules_ + "nonsense = 1\n");
  EXPECT_THAT(call_as(games, "Reload"),
              AllOf(HasSubstr("Error org.chancery.Error.CONFIG_INVALID"), HasSubstr("nonsense")));
  listener.hears({"daemon", "up", "troubled"});
  EXPECT_THAT(listener.property<std::vector<std::string>>("Troubles"),
              Contains(HasSubstr("nonsense")));
  daemon_->write(rules_);
  EXPECT_THAT(call_as(games, "Reload"), HasSubstr(daemon_->file().string()));
  listener.hears({"daemon", "troubled", "up"});
}

TEST_F(Bus, WhereTheDaemonHasNoRuleForTheServiceNobodyReloads) {
  daemon_->write(we_may());
  daemon_->restart();
  open_to_all();
  EXPECT_THAT(call_as("root", "Reload"), HasSubstr("Error org.chancery.Error.NO_ADMIN_RULE"));
}

TEST_F(Bus, ABackendThatGoesDownAndComesBackIsTold) {
  Listener listener;
  const fs::path keys = daemon_->file().parent_path() / "state/keys";
  fs::rename(keys, keys.string() + "-away");
  for (const pid_t host : children_of(daemon_->process().pid())) ::kill(host, SIGKILL);
  listener.hears({"backend:software", "up", "down"});
  listener.hears({"daemon", "up", "troubled"});
  EXPECT_EQ(listener.told("State"), "troubled");
  fs::remove_all(keys);
  fs::rename(keys.string() + "-away", keys);
  listener.hears({"backend:software", "down", "up"});
  listener.hears({"daemon", "troubled", "up"});
  EXPECT_EQ(listener.told("State"), "up");
}

TEST_F(Bus, ADaemonThatIsGoneIsToldAndComesBackByItself) {
  Listener listener;
  daemon_->process().stop();
  listener.hears({"daemon", "up", "gone"});
  listener.hears({"backend:software", "up", "unknown"});
  EXPECT_EQ(listener.property<std::string>("State"), "gone");
  EXPECT_THAT(call_as(nobody, "Status"),
              AllOf(HasSubstr("Error org.chancery.Error.DAEMON_UNREACHABLE"),
                    HasSubstr("is chanceryd running?")));
  EXPECT_THAT(call_as(games, "Reload"), HasSubstr("org.chancery.Error.DAEMON_UNREACHABLE"));
  EXPECT_THAT(call_as(games, "ListPending"), HasSubstr("org.chancery.Error.DAEMON_UNREACHABLE"));
  daemon_->restart();
  open_to_all();
  listener.hears({"daemon", "gone", "up"});
  listener.hears({"backend:software", "unknown", "up"});
  EXPECT_THAT(call_as(games, "Reload"), HasSubstr(daemon_->file().string()));
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

TEST_F(Bus, MalformedCallsAreRefusedAndHarmNobody) {
  EXPECT_THAT(call_as(games, "Reload", {"string:now"}),
              HasSubstr("Error org.freedesktop.DBus.Error.InvalidArgs"));
  EXPECT_THAT(call_as(games, "HandOverLog"),
              HasSubstr("Error org.freedesktop.DBus.Error.UnknownMethod"));
  EXPECT_THAT(call_as(games, "org.freedesktop.DBus.Properties.Set",
                      {std::string("string:") + service_name, "string:State", "variant:string:up"}),
              HasSubstr("Error org.freedesktop.DBus.Error.PropertyReadOnly"));
  EXPECT_THAT(call_as(games, "org.freedesktop.DBus.Properties.Get",
                      {std::string("string:") + service_name, "string:Keys"}),
              HasSubstr("Error org.freedesktop.DBus.Error.UnknownProperty"));
  EXPECT_THAT(call_as(games, "org.freedesktop.systemd1.Manager.Reload"),
              HasSubstr("Error org.freedesktop.DBus.Error.AccessDenied"));  // the bus's own word
  EXPECT_THAT(call_as(games, "Status"), HasSubstr("\"up\""));
}

TEST_F(Bus, NobodyElseTakesTheName) {
  stop_service();
  EXPECT_THROW(SystemBus::connect()->requestName(service_name), sdbus::Error);
}

}  // namespace
}  // namespace chancery::testing
