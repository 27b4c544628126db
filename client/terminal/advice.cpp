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
    // The way to the daemon.
    Advice{
        "DAEMON_UNREACHABLE",
        "Start it (`systemctl start chanceryd`, or `./quickstart --keep` for one of your own), or "
        "name another socket with --socket."},
    Advice{"SOCKET_DENIED", "Ask the operator to let you use the socket; its group says who may."},
    Advice{"DEADLINE_PASSED",
           "The daemon is there and does not answer: look at its log, or give a longer --timeout."},
    Advice{"CONNECTION_LOST", "The daemon went meanwhile: `chancery status` says if it is back."},
    Advice{"ANSWER_MALFORMED",
           "What listens there is no chanceryd, or another version: `chancery doctor` says."},

    // Full, after it was asked again until --timeout.
    Advice{"CONNECTIONS_EXHAUSTED",
           "It stayed full: end programs that only stay connected, or give a longer --timeout."},
    Advice{"REQUESTS_EXHAUSTED",
           "It stayed full: run fewer jobs at once, or give a longer --timeout."},
    Advice{"REQUEST_BYTES_EXHAUSTED",
           "It stayed full: run fewer jobs at once, or give a longer --timeout."},
    Advice{"STATEMENTS_IN_FLIGHT",
           "Make large statements one after the other, or give a longer --timeout."},
    Advice{"JOURNAL_QUEUE_FULL",
           "The disk is too slow for all that is asked: run fewer jobs at once."},
    Advice{"KEY_HOST_QUEUE_FULL",
           "The key's device is too slow for all that is asked: run fewer jobs at once."},
    Advice{"REMOTE_QUEUE_FULL",
           "Its log or timestamp authority lags: `chancery status` says which; wait for it."},
    Advice{"REMOTE_RATE_LIMITED",
           "Come again when the message says; the operator sets the service's `per_second`."},
    Advice{"FRAME_STALLED", "Something kept this program from sending: look at the host's load."},
    Advice{"STREAM_STALLED", "Something kept this program from sending: look at the host's load."},

    // Signing.
    Advice{"NO_RULE", "Ask the operator for a rule; `chancery profiles` lists what you may use."},
    Advice{"KIND_NOT_SIGNED", "`chancery attest` makes statements, which every profile signs."},
    Advice{"PROFILE_UNKNOWN", "`chancery profiles` lists the profiles there are."},
    Advice{"PROFILE_STOPPED", "An administrator resumes it with `chancery profiles resume`."},
    Advice{"KEY_STOPPED", "An administrator resumes it with `chancery keys resume`."},
    Advice{"RATE_LIMITED", "Come again when the message says; the operator sets the rate."},
    Advice{"IDEMPOTENCY_KEY_REUSED", "Use a new key for a new request, or leave the option out."},
    Advice{"NOT_FINISHED", "`chancery wait` with this receipt fetches the bundle."},
    Advice{
        "SIGNATURE_UNKNOWN",
        "Check it, and that you may use its profile; what is older than [archive] days is gone."},
    Advice{"BUNDLE_INCOMPLETE", "It is signed and kept: `chancery get` brings the bundle."},

    // Administration.
    Advice{"NO_ADMIN_RULE", "Ask the operator; a rule with admin = true says who may."},
    Advice{"STOP_NOT_DURABLE", "Free some room (`chancery doctor` says where), and stop it again."},
    Advice{"CONFIG_INVALID",
           "Mend that and reload again; the old configuration stays in force until then."},
    Advice{"RESTART_NEEDED", "Restart the daemon (`systemctl restart chanceryd`), or put it back."},
    Advice{"CONFIRMATION_UNKNOWN", "Leave out --confirm to be asked anew."},
    Advice{"CONFIRMATION_EXPIRED", "Leave out --confirm to be asked anew."},
    Advice{"BACKEND_UNKNOWN", "The [[backend]] sections of the configuration name them."},
    Advice{"USER_UNKNOWN", "Name a user, or a user id, that the daemon's host knows."},
    Advice{"KEY_NOT_FOUND", "`chancery keys list` lists the keys there are."},
    Advice{"KEY_EXISTS", "Choose another name; `chancery keys list` shows which are taken."},
    Advice{"KEY_IN_USE", "Take it out of every [[profile]] and `chancery reload`, then try again."},
    Advice{"KEY_IS_THE_LOGS", "It signs the log for as long as the log lives: let it be."},
    Advice{"KEY_NOT_MADE", "No key was made: see to the device's room, then try again."},
    Advice{"KEY_MAKING_IN_DOUBT", "`chancery keys list` says whether the key is there."},
    Advice{"KEY_REMOVAL_IN_DOUBT", "`chancery keys list` says whether the key is still there."},

    // Log, backup and audit.
    Advice{"LOG_ENTRY_NOT_FOUND", "`chancery log checkpoint` says how many entries there are."},
    Advice{"LOG_SIZE_OUT_OF_RANGE", "`chancery log checkpoint` says how many entries there are."},
    Advice{"LOG_HANDED_OVER", "Sign where the log went on: this daemon signs no more."},
    Advice{"BACKUP_EXISTS", "Choose another name, or move the old backup away."},
    Advice{"BACKUP_FAILED", "No backup was made: see to what the message names, then try again."},
    Advice{"BACKUP_INCOMPLETE", "Name the directory that `chancery backup` made, whole."},
    Advice{"BACKUP_WOULD_FORK_LOG",
           "docs/backup.md, \"What is possible when the log has grown since\", has the ways on."},
    Advice{"BACKUP_CONTRADICTS_CHECKPOINT", "Do not go on from it: look for another backup."},
    Advice{"RESTORE_FAILED", "Nothing was restored: see to what the message names."},
    Advice{"RESTORE_TARGET_NOT_EMPTY", "Name a directory that does not exist yet."},
    Advice{"AUDIT_LINE_MALFORMED", "Name a file that `chancery audit export` wrote, unchanged."},

    // Files, and what verifying needs.
    Advice{"FILE_NOT_FOUND", "Check the name, and the directory that you are in."},
    Advice{"FILE_UNREADABLE", "Check who may read it: `ls -l` says."},
    Advice{"FILE_UNWRITABLE", "Choose another place with --output."},
    Advice{"TRUSTED_ROOT_NOT_FOUND",
           "`chancery trust export > trusted_root.json` makes that file."},
    Advice{"PUBLIC_KEY_MALFORMED", "`chancery keys public-key NAME` prints what belongs in it."},
    Advice{"ARTIFACT_TOO_LARGE",
           "Whoever signs such a file signs its digest: with Ed25519ph, say."},
    Advice{"MEMORY_EXHAUSTED", "Give the command more memory, or judge this one by itself."},
    Advice{"LIST_INVALID", "Mend that line; `chancery verify --help` says what one may have."},
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
      return "Mend what the message names; the same again changes nothing.";
    case ErrorCode::denied:
      return "Ask the operator of the daemon for a rule.";
    case ErrorCode::not_found:
      return "Check the name: there is no such thing here.";
    case ErrorCode::unsupported:
      return "Another key, profile or version may be able to do it.";
    case ErrorCode::unavailable:
      return "Nothing has happened. Try again later; `chancery status` says what is amiss.";
    case ErrorCode::outcome_unknown:
      return "It may have happened: look before you ask again.";
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
