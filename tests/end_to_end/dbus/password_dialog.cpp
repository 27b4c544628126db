#include "tests/end_to_end/dbus/password_dialog.h"

#include <unistd.h>

#include <sstream>

#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

constexpr const char* agent_path = "/org/chancery/test/Agent";
constexpr const char* agent_interface = "org.freedesktop.PolicyKit1.AuthenticationAgent";
constexpr const char* polkit_name = "org.freedesktop.PolicyKit1";
constexpr const char* polkit_path = "/org/freedesktop/PolicyKit1/Authority";
constexpr const char* polkit_interface = "org.freedesktop.PolicyKit1.Authority";

// proc(5): the 22nd field of stat, the 20th after the name.
std::uint64_t start_time_of(pid_t process) {
  const std::string stat = read_text("/proc/" + std::to_string(process) + "/stat");
  std::istringstream fields(stat.substr(stat.rfind(')') + 2));
  std::string field;
  for (int number = 3; number < 22; ++number) fields >> field;
  std::uint64_t start_time = 0;
  fields >> start_time;
  return start_time;
}

}  // namespace

PasswordDialog::PasswordDialog(sdbus::IConnection& bus, pid_t process, Person person)
    : person_(person),
      polkit_(sdbus::createProxy(bus, polkit_name, polkit_path)),
      agent_(sdbus::createObject(bus, agent_path)) {
  agent_->registerMethod("BeginAuthentication")
      .onInterface(agent_interface)
      .implementedAs([this](const std::string&, const std::string& message, const std::string&,
                            const std::map<std::string, std::string>&, const std::string& cookie,
                            const std::vector<Identity>& identities) {
        message_ = message;
        if (person_ == Person::gives_up)
          throw sdbus::Error("org.freedesktop.PolicyKit1.Error.Cancelled", "dismissed");
        enter(cookie, identities);
      });
  agent_->registerMethod("CancelAuthentication")
      .onInterface(agent_interface)
      .implementedAs([](const std::string&) {});
  agent_->finishRegistration();
  const Identity subject{
      "unix-process",
      {{"pid", static_cast<std::uint32_t>(process)}, {"start-time", start_time_of(process)}}};
  polkit_->callMethod("RegisterAuthenticationAgent")
      .onInterface(polkit_interface)
      .withArguments(subject, std::string("C"), std::string(agent_path));
}

// What polkit-agent-helper-1, which is setuid root, says once PAM has taken the password.
void PasswordDialog::enter(const std::string& cookie, const std::vector<Identity>& identities) {
  polkit_->callMethod("AuthenticationAgentResponse2")
      .onInterface(polkit_interface)
      .withArguments(static_cast<std::uint32_t>(::getuid()), cookie, identities.at(0));
}

}  // namespace chancery::testing
