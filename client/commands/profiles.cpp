#include <memory>

#include "chancery/v1/signer.pb.h"
#include "client/commands/commands.h"
#include "client/requests/ask.h"
#include "client/terminal/report.h"
#include "client/terminal/table.h"

namespace chancery::client {

namespace {

const CommandHelp profiles_help{
    "List the profiles: which keys there are, what they sign, and what you may use.",
    "A profile is a key with its rules; `chancery sign --profile NAME` signs with it.\n"};

std::string signs(const v1::Profile& profile) {
  if (profile.signs_digests() && profile.signs_statements()) return "digests, statements";
  return profile.signs_digests() ? "digests" : "statements";
}

Json json_of(const v1::Profile& profile) {
  return {{"name", profile.name()},
          {"key", profile.key()},
          {"algorithm", profile.algorithm()},
          {"signs_digests", profile.signs_digests()},
          {"signs_statements", profile.signs_statements()},
          {"may_use", profile.may_use()},
          {"unavailable", profile.unavailable()}};
}

void print_table(const v1::ListProfilesReply& reply) {
  std::vector<std::vector<std::string>> rows{
      {"PROFILE", "KEY", "ALGORITHM", "SIGNS", "YOU MAY", "STATE"}};
  for (const v1::Profile& profile : reply.profiles())
    rows.push_back({profile.name(), profile.key(), profile.algorithm(), signs(profile),
                    profile.may_use() ? "sign" : "not sign",
                    profile.unavailable().empty() ? "ready" : profile.unavailable()});
  for (const std::string& line : table(rows)) print_line(line);
}

ExitStatus profiles(const DaemonOptions& options) {
  const auto reply = ask_once<v1::ListProfilesReply>(options, services::signer, "ListProfiles",
                                                     v1::ListProfilesRequest{});
  if (!reply.ok()) return report_error(style_of(options.json), "", reply.error());
  if (options.json)
    for (const v1::Profile& profile : reply->profiles()) print_json(json_of(profile));
  else
    print_table(*reply);
  return ExitStatus::done;
}

}  // namespace

void add_profiles(CommandLine& line) {
  const auto options = std::make_shared<DaemonOptions>();
  Arguments arguments =
      line.command("profiles", profiles_help, [options] { return profiles(*options); });
  arguments.flag("--json", options->json, "One JSON object for each profile");
  add_daemon_options(arguments, *options);
}

}  // namespace chancery::client
