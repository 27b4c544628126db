#include "tests/end_to_end/dbus/system_bus.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include "core/base/deadline.h"
#include "tests/support/patience.h"

namespace chancery::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* bus_program = "/usr/bin/dbus-daemon";
constexpr const char* polkit_program = "/usr/lib/polkit-1/polkitd";
constexpr const char* bus_socket = "/run/dbus/system_bus_socket";
constexpr const char* actions = "/usr/share/polkit-1/actions";
constexpr const char* rules = "/etc/polkit-1/rules.d";

// As shut as the system's own: what is allowed here is what polkit's file and ours allow.
const std::string bus_configuration = R"(<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
  </policy>
  <include>/usr/share/dbus-1/system.d/org.freedesktop.PolicyKit1.conf</include>
  <include>)" CHANCERY_BUS_FILES R"(/org.chancery.Signer1.conf</include>
</busconfig>
)";

// games may, nobody may not; for everybody else the defaults of our own file.
constexpr std::string_view polkit_rules = R"(polkit.addAdminRule(function(action, subject) {
  return ["unix-user:0"];
});
polkit.addRule(function(action, subject) {
  if (action.id.indexOf("org.chancery.signer1.") != 0) return polkit.Result.NOT_HANDLED;
  if (subject.user == "games") return polkit.Result.YES;
  if (subject.user == "nobody") return polkit.Result.NO;
  return polkit.Result.NOT_HANDLED;
});
)";

bool put_over(const char* place) {
  return ::mount("chancery-test", place, "tmpfs", 0, "mode=755") == 0;
}

// What systemd-sysusers would add.
bool add_account(const std::string& file, const std::string& line) {
  const std::string copy = "/run/" + fs::path(file).filename().string();
  write_text(copy, read_text(file) + line);
  fs::permissions(copy, fs::perms(0644));
  return ::mount(copy.c_str(), file.c_str(), nullptr, MS_BIND, nullptr) == 0;
}

std::unique_ptr<sdbus::IConnection> connect_if_it_listens() {
  try {
    return SystemBus::connect();
  } catch (const sdbus::Error&) {
    return nullptr;
  }
}

void stay_out_of_the_hosts_bus() {
  ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
  ::unsetenv("DBUS_STARTER_ADDRESS");
}

// Why it could not be done; empty: it was.
std::string enter() {
  for (const char* program : {bus_program, polkit_program}) {
    if (!fs::exists(program)) return std::string(program) + " is not here";
  }
  const std::string id = std::to_string(bus_service_uid);
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 || !put_over("/run") ||
      !put_over(actions) || !put_over(rules) ||
      !add_account("/etc/passwd", "chancery-dbus:x:" + id + ":" + id + "::/:/usr/sbin/nologin\n") ||
      !add_account("/etc/group", "chancery-dbus:x:" + id + ":\n")) {
    return "a /run, an /etc/passwd and rules of its own need root";
  }
  stay_out_of_the_hosts_bus();
  fs::create_directories("/run/dbus");
  write_text("/run/bus.conf", bus_configuration);
  fs::copy_file(CHANCERY_BUS_FILES "/org.chancery.Signer1.policy",
                fs::path(actions) / "org.chancery.Signer1.policy");
  write_text(fs::path(rules) / "10-test.rules", polkit_rules);
  return "";
}

}  // namespace

const std::string& enter_a_host_of_our_own() {
  static const std::string lacking = enter();
  return lacking;
}

SystemBus::SystemBus() {
  fs::remove(bus_socket);  // of the test before
  bus_ = std::make_unique<ProgramRun>(
      ProgramOptions{.program = bus_program,
                     .arguments = {"--config-file=/run/bus.conf", "--nofork", "--nopidfile"},
                     .working_directory = "/"});
  const Patience patience(Deadline::after(std::chrono::seconds(60)));
  while (connection_ == nullptr && !patience.ended()) connection_ = connect_if_it_listens();
  start_polkit();
}

void SystemBus::start_polkit() {
  polkit_ = std::make_unique<ProgramRun>(ProgramOptions{
      .program = polkit_program, .arguments = {"--no-debug"}, .working_directory = "/"});
  wait_for("org.freedesktop.PolicyKit1");
}

void SystemBus::wait_for(const std::string& name) {
  const Patience patience(Deadline::after(std::chrono::seconds(60)));
  while (!has(name)) ASSERT_FALSE(patience.ended()) << name << " does not come to the bus";
}

bool SystemBus::has(const std::string& name) {
  auto driver = sdbus::createProxy(*connection_, "org.freedesktop.DBus", "/org/freedesktop/DBus");
  bool is_there = false;
  driver->callMethod("NameHasOwner")
      .onInterface("org.freedesktop.DBus")
      .withArguments(name)
      .storeResultsTo(is_there);
  return is_there;
}

}  // namespace chancery::testing
