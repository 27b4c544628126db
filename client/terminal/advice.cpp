#include "client/terminal/advice.h"

#include <algorithm>
#include <array>
#include <span>

namespace chancery::client {

namespace {

struct Advice {
  std::string_view reason;
  std::string_view what_to_do;
};

constexpr std::array advices{
    Advice{"DAEMON_UNREACHABLE",
           "Start it (`systemctl start chanceryd`), or name another socket with --socket."},
    Advice{"SOCKET_DENIED", "Ask the operator to let you use the socket; its group says who may."},
    Advice{"NO_RULE", "Ask the operator for a rule; `chancery profiles` lists what you may use."},
    Advice{"KIND_NOT_SIGNED", "`chancery attest` makes statements, which every profile signs."},
    Advice{"PROFILE_UNKNOWN", "`chancery profiles` lists the profiles there are."},
    Advice{"PROFILE_STOPPED", "An administrator resumes it with `chancery profiles resume`."},
    Advice{"KEY_STOPPED", "An administrator resumes it with `chancery keys resume`."},
    Advice{"STOP_NOT_DURABLE", "Free some room (`chancery doctor` says where), and stop it again."},
    Advice{"NO_ADMIN_RULE", "Ask the operator; a rule with admin = true says who may."},
    Advice{"CONFIRMATION_UNKNOWN", "Leave out --confirm to be asked anew."},
    Advice{"CONFIRMATION_EXPIRED", "Leave out --confirm to be asked anew."},
    Advice{"KEY_EXISTS", "Choose another name; `chancery keys list` shows which are taken."},
    Advice{"KEY_NOT_MADE", "No key was made: see to the device's room, then try again."},
    Advice{"KEY_MAKING_IN_DOUBT", "`chancery keys list` says whether the key is there."},
    Advice{"KEY_REMOVAL_IN_DOUBT", "`chancery keys list` says whether the key is still there."},
    Advice{"FILE_NOT_FOUND", "Check the name, and the directory that you are in."},
    Advice{"FILE_UNREADABLE", "Check who may read it: `ls -l` says."},
    Advice{"FILE_UNWRITABLE", "Choose another place with --output."},
    Advice{"IDEMPOTENCY_KEY_REUSED", "Use a new key for a new request, or leave the option out."},
};

// Root is the operator: nobody else is there to ask.
constexpr std::array advices_for_root{
    Advice{"NO_RULE", "Name uid 0 in a [[rule]] of the configuration; then `chancery reload`."},
    Advice{"SOCKET_DENIED", "Something shuts out root itself: look at what confines this process."},
};

std::string_view advice_for_root(ErrorCode code) {
  switch (code) {
    case ErrorCode::denied:
      return "The message says what stands against it; docs/errors.md has the reason.";
    case ErrorCode::corrupt:
      return "What was stored contradicts itself: keep it as it is; docs/backup.md says how to go "
             "on.";
    case ErrorCode::internal:
      return "This is a bug or a broken host: `chancery doctor` looks at the host.";
    default:
      return "";
  }
}

std::string_view advice_for_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_request:
      return "Mend the request; sending the same one again changes nothing.";
    case ErrorCode::denied:
      return "Ask the operator of the daemon for a rule.";
    case ErrorCode::not_found:
      return "Check the name; where the daemon keeps it no longer, it is gone.";
    case ErrorCode::unsupported:
      return "Another profile, or a newer daemon, may be able to do it.";
    case ErrorCode::unavailable:
      return "Nothing was signed. Try again later; `chancery status` says what is amiss.";
    case ErrorCode::outcome_unknown:
      return "It may have been signed. Ask with the receipt, or repeat with the same key.";
    case ErrorCode::exhausted:
      return "The daemon is full. Try again later, with less at once.";
    case ErrorCode::corrupt:
      return "What was stored contradicts itself: keep it as it is and tell the operator.";
    case ErrorCode::internal:
      return "This is a bug or a broken host: tell the operator, with this line.";
  }
  return "";
}

// Empty where there is none.
std::string_view advice_for_reason(std::span<const Advice> list, const Error& error) {
  const auto found = std::ranges::find(list, std::string_view(error.reason), &Advice::reason);
  return found == list.end() ? std::string_view() : found->what_to_do;
}

}  // namespace

std::string_view advice_for(const Error& error, std::uint32_t uid) {
  if (uid == 0) {
    const std::string_view advice = advice_for_reason(advices_for_root, error);
    if (!advice.empty()) return advice;
  }
  const std::string_view advice = advice_for_reason(advices, error);
  if (!advice.empty()) return advice;
  const std::string_view for_root = uid == 0 ? advice_for_root(error.code) : "";
  return for_root.empty() ? advice_for_code(error.code) : for_root;
}

}  // namespace chancery::client
