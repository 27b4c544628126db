// The whole daemon, its service on a bus, who listens there, and who calls.
#pragma once

#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>

#include "client/dbus/view.h"
#include "core/base/limits/command.h"
#include "tests/end_to_end/audit_records.h"
#include "tests/end_to_end/configured_daemon.h"
#include "tests/end_to_end/dbus/password_dialog.h"
#include "tests/end_to_end/dbus/system_bus.h"
#include "tests/support/patience.h"

namespace chancery::testing {

using client::Change;

inline constexpr const char* service_name = "org.chancery.Signer1";
inline constexpr const char* object_path = "/org/chancery/Signer1";
inline constexpr const char* games = "games";      // polkit's rules say yes
inline constexpr const char* nobody = "nobody";    // they say no
inline constexpr const char* stranger = "daemon";  // they say nothing

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

  void hears(const Change& change) {
    EXPECT_TRUE(until([&] { return std::ranges::find(heard_, change) != heard_.end(); }))
        << change.name << " " << change.from << " -> " << change.to;
  }
  // Lets the connection work; false if it is not so within a minute.
  bool until(const std::function<bool()>& is_so) {
    const Patience patience;
    while (!is_so()) {
      if (bus_->processPendingRequest()) continue;
      if (patience.ended()) return false;
      const auto wanted = bus_->getEventLoopPollData();
      pollfd entry{wanted.fd, wanted.events, 0};
      ::poll(&entry, 1, 1000);
    }
    return true;
  }
  template <typename Value>
  Value property(const std::string& name) {
    return service_->getProperty(name).onInterface(service_name);
  }
  // As it was last told, rather than asked for.
  std::string told(const std::string& name) { return properties_.at(name).get<std::string>(); }

  // Root's call; `answered` gets the error's name, or nothing.
  void reload(std::function<void(const std::string&)> answered) {
    service_->callMethodAsync("Reload")
        .onInterface(service_name)
        .uponReplyInvoke(
            [answered = std::move(answered)](const sdbus::Error* error, const std::string&) {
              answered(error == nullptr ? "" : error->getName());
            });
  }
  sdbus::IConnection& bus() { return *bus_; }

 private:
  std::unique_ptr<sdbus::IConnection> bus_;
  std::unique_ptr<sdbus::IProxy> service_;
  std::vector<Change> heard_;
  std::map<std::string, sdbus::Variant> properties_;
};

class Bus : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string& lacking = enter_a_host_of_our_own();
    if (!lacking.empty()) GTEST_SKIP() << lacking;
    start_daemon();
  }
  void TearDown() override {
    if (service_) stop_service();
  }

  virtual void start_daemon() { start(rules_); }
  void start(std::string_view configuration, const Stage& stage = {}) {
    bus_ = std::make_unique<SystemBus>();
    daemon_.emplace(configuration, "", stage);
    open_to_all();
    start_service();
  }

  pid_t key_host() {
    const auto hosts = children_of(daemon_->process().pid());
    EXPECT_EQ(hosts.size(), 1U);
    return hosts.at(0);
  }
  // Whoever knows the way may connect, as below /run/chancery.
  void open_to_all() {
    ::chmod(daemon_->socket().parent_path().c_str(), 0711);
    ::chmod(daemon_->socket().c_str(), 0666);
  }
  // Where this is built may be for our eyes alone; the service's user must reach it.
  void start_service() {
    std::filesystem::copy_file(std::filesystem::path(CHANCERY_PROGRAMS) / "chancery-dbus",
                               "/run/chancery-dbus",
                               std::filesystem::copy_options::overwrite_existing);
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
  static ProgramOptions calling_as(const std::string& user, const std::string& method,
                                   const std::vector<std::string>& arguments = {}) {
    std::vector<std::string> words{
        "--system",
        "--print-reply",
        "--reply-timeout=60000",
        std::string("--dest=") + service_name,
        object_path,
        method.find('.') == std::string::npos ? std::string(service_name) + "." + method : method};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return as(user, "/usr/bin/dbus-send", words);
  }
  // What a user is told, the error's name included.
  static std::string call_as(const std::string& user, const std::string& method,
                             const std::vector<std::string>& arguments = {}) {
    const ProgramOutcome outcome = run(calling_as(user, method, arguments));
    return outcome.out + outcome.err;
  }
  // A reload for which a person may be asked for a password, and what the caller is told. busctl
  // has words of its own for some errors.
  std::string reload_with_a_dialog(PasswordDialog::Person person, std::string& message) {
    const std::filesystem::path go = "/run/go";
    ::mkfifo(go.c_str(), 0600);
    EXPECT_EQ(::chown(go.c_str(), ::getpwnam(stranger)->pw_uid, 0), 0);
    // The process is there, as its user, before it calls: the dialog is for this process.
    ProgramRun caller(
        as(stranger, "/bin/sh",
           {"-c",
            "read -r line </run/go && exec busctl --system "
            "--allow-interactive-authorization=yes call " +
                std::string(service_name) + " " + object_path + " " + service_name + " Reload"}));
    std::ofstream gate(go);  // open once both are
    Listener listener;
    const PasswordDialog dialog(listener.bus(), caller.pid(), person);
    gate << "go" << std::endl;
    EXPECT_TRUE(listener.until([&] { return !dialog.message().empty(); }));
    message = dialog.message();
    const ProgramOutcome outcome = caller.wait();
    std::filesystem::remove(go);
    return outcome.out + outcome.err;
  }
  // What the service has said until its end.
  std::string stop_service() {
    ::kill(service_->pid(), SIGTERM);
    const ProgramOutcome outcome = service_->wait();
    service_.reset();
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome.err;
  }

  const std::string rules_ = we_may() +
                             "[[rule]]\nname = \"bus\"\nusers = [\"chancery-dbus\"]\n"
                             "admin = true\nmethods = [\"Admin.Reload\"]\n";
  std::unique_ptr<SystemBus> bus_;
  std::optional<ConfiguredDaemon> daemon_;
  std::unique_ptr<ProgramRun> service_;
};

}  // namespace chancery::testing
