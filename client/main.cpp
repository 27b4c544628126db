// The `chancery` command: only names what it can do; each command has a file of its own.
#include <string_view>

#include "client/admin/commands.h"
#include "client/attestation/commands.h"
#include "client/audit/commands.h"
#include "client/commands/commands.h"
#include "client/doctor/commands.h"
#include "client/policy/commands.h"
#include "client/terminal/command_line.h"

namespace chancery::client {

namespace {

const CommandHelp program_help{
    "Signs files by a daemon that owns the keys and records every signature in a transparency "
    "log, and verifies them without it.",
    ""};

}  // namespace

}  // namespace chancery::client

int main(int argc, char** argv) {
  using namespace chancery::client;
  CommandLine line("chancery", CHANCERY_VERSION, program_help);
  // Scripts verify file by file. To describe all the other commands would be an eighth of its work.
  if (argc > 1 && std::string_view(argv[1]) == "verify") {
    add_verify(line);
    return static_cast<int>(line.run(argc, argv));
  }
  for (const auto add : {add_sign,
                         add_attest,
                         add_verify,
                         add_get,
                         add_wait,
                         add_profiles,
                         add_explain,
                         add_policy,
                         add_keys,
                         add_key_attestation,
                         add_key_certificates,
                         add_key_life,
                         add_status,
                         add_doctor,
                         add_audit,
                         add_log,
                         add_trust,
                         add_reload,
                         add_backup,
                         add_restore})
    add(line);
  return static_cast<int>(line.run(argc, argv));
}
