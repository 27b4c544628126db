#include "client/dbus/authority.h"

#include <fmt/format.h>
#include <systemd/sd-bus.h>

#include <map>
#include <utility>

#include "core/base/limits/command.h"

namespace chancery::client {

namespace {

constexpr const char* polkit_name = "org.freedesktop.PolicyKit1";
constexpr const char* polkit_object = "/org/freedesktop/PolicyKit1/Authority";
constexpr const char* polkit_interface = "org.freedesktop.PolicyKit1.Authority";
constexpr std::uint32_t allow_user_interaction = 1;  // of polkit's CheckAuthorizationFlags

// sdbus-c++ 1.2 shows all of a message but this flag of its header.
struct Header : sdbus::Message {
  static bool allows_interaction(const sdbus::Message& message) {
    auto* const raw = static_cast<sd_bus_message*>(message.*&Header::msg_);
    return sd_bus_message_get_allow_interactive_authorization(raw) > 0;
  }
};

Result<void> judge(const Caller& caller, const std::string& action, sdbus::MethodReply& reply) {
  sdbus::Struct<bool, bool, std::map<std::string, std::string>> answer;
  reply >> answer;
  const bool is_authorized = answer.get<0>(), is_challenge = answer.get<1>();
  if (is_authorized) return {};
  if (is_challenge && !caller.may_be_asked) {
    return denied(
        "AUTHENTICATION_NEEDED",
        fmt::format("{} needs a password, and this call does not allow to ask for one", action));
  }
  return denied("POLKIT_REFUSED",
                fmt::format("polkit does not allow uid {} {}; a rule in /etc/polkit-1/rules.d can",
                            caller.uid, action));
}

Error could_not_ask(const sdbus::Error& error) {
  return unavailable("POLKIT_UNAVAILABLE",
                     fmt::format("polkit decides this, and could not be asked ({}): is polkitd "
                                 "installed? `systemctl status polkit` says how it is",
                                 error.getMessage()));
}

}  // namespace

Result<Caller> caller_of(const sdbus::MethodCall& call) {
  try {
    return Caller{call.getSender(), call.getCredsUid(), Header::allows_interaction(call)};
  } catch (const sdbus::Error& error) {
    return unavailable("CALLER_GONE",
                       "the bus does not know any more who called: " + error.getMessage());
  }
}

Authority::Authority(sdbus::IConnection& bus)
    : polkit_(sdbus::createProxy(bus, polkit_name, polkit_object)) {}

void Authority::check(const Caller& caller, const std::string& action, Answer answer) {
  using Details = std::map<std::string, sdbus::Variant>;
  auto question = polkit_->createMethodCall(polkit_interface, "CheckAuthorization");
  // The name on the bus is the caller as long as it lives there: no process can take it over.
  question << sdbus::Struct<std::string, Details>{"system-bus-name", {{"name", caller.bus_name}}}
           << action << std::map<std::string, std::string>{}
           << (caller.may_be_asked ? allow_user_interaction : 0U) << "";
  const std::chrono::microseconds patience = limits::bus_authorization_wait_max;
  polkit_->callMethod(
      question,
      [caller, action, answer = std::move(answer)](sdbus::MethodReply& reply,
                                                   const sdbus::Error* error) {
        answer(error == nullptr ? judge(caller, action, reply) : could_not_ask(*error));
      },
      static_cast<std::uint64_t>(patience.count()));
}

}  // namespace chancery::client
