#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "chancery/v1/keys.pb.h"
#include "client/admin/commands.h"
#include "client/requests/ask.h"
#include "client/terminal/report.h"
#include "client/terminal/table.h"
#include "core/base/encoding.h"
#include "core/crypto/digest.h"

namespace chancery::client {

namespace {

const CommandHelp list_help{"List the keys that the daemon's key hosts hold.",
                            "The fingerprint is the SHA-256 of the key's SubjectPublicKeyInfo.\n"};
const CommandHelp public_key_help{"Print a public key as PEM.",
                                  R"(Examples:
  chancery keys public-key > release.pem     the key of the profile `default`
  chancery keys public-key release           the key of the profile `release`
  chancery keys public-key software:default  the key by its own name
)"};

struct PublicKeyOptions {
  DaemonOptions daemon;
  std::string name = "default";
};

std::string state_of(const v1::Key& key) {
  if (!key.trouble().empty()) return "unusable";
  return key.is_stopped() ? "stopped" : "ready";
}

std::string fingerprint(const v1::Key& key) { return hex_encode(sha256(as_bytes(key.spki()))); }

ExitStatus list(const DaemonOptions& options) {
  const auto reply =
      ask_once<v1::ListKeysReply>(options, services::keys, "ListKeys", v1::ListKeysRequest{});
  if (!reply.ok()) return report_error(style_of(options.json), "", reply.error());
  std::vector<std::vector<std::string>> rows{
      {"KEY", "ALGORITHM", "STATE", "PROFILES", "CERTIFICATE", "SHA-256"}};
  for (const v1::Key& key : reply->keys()) {
    if (options.json)
      print_json(
          {{"name", key.name()},
           {"algorithm", key.algorithm()},
           {"sha256", key.spki().empty() ? "" : fingerprint(key)},
           {"spki", base64_encode(as_bytes(key.spki()))},
           {"profiles", std::vector<std::string>(key.profiles().begin(), key.profiles().end())},
           {"is_stopped", key.is_stopped()},
           {"trouble", key.trouble()},
           {"certificates", key.certificates()}});
    rows.push_back(
        {key.name(), key.algorithm().empty() ? "-" : key.algorithm(), state_of(key),
         key.profiles().empty() ? "-" : fmt::format("{}", fmt::join(key.profiles(), ",")),
         key.certificates().empty() ? "-" : "yes", key.spki().empty() ? "-" : fingerprint(key)});
  }
  if (options.json) return ExitStatus::done;
  for (const std::string& line : table(rows)) print_line(line);
  for (const v1::Key& key : reply->keys()) {
    if (!key.trouble().empty()) print_line(fmt::format("{}: {}", key.name(), key.trouble()));
  }
  return ExitStatus::done;
}

ExitStatus public_key(const PublicKeyOptions& options) {
  v1::GetPublicKeyRequest request;
  // A key is named backend:name; no profile has a colon in its name.
  if (options.name.find(':') == std::string::npos)
    request.set_profile(options.name);
  else
    request.set_key(options.name);
  const auto reply =
      ask_once<v1::GetPublicKeyReply>(options.daemon, services::keys, "GetPublicKey", request);
  if (!reply.ok()) return report_error(Style::people, options.name, reply.error());
  print_text(reply->pem());
  return ExitStatus::done;
}

}  // namespace

void add_keys(CommandLine& line) {
  line.group("keys", "The keys that the daemon signs with.");
  const auto list_options = std::make_shared<DaemonOptions>();
  Arguments arguments =
      line.command("keys list", list_help, [list_options] { return list(*list_options); });
  arguments.flag("--json", list_options->json, "One JSON object for each key");
  add_daemon_options(arguments, *list_options);

  const auto options = std::make_shared<PublicKeyOptions>();
  Arguments place =
      line.command("keys public-key", public_key_help, [options] { return public_key(*options); });
  place.place("NAME", options->name, "A profile, or backend:name of a key (default: default)",
              Need::optional);
  add_daemon_options(place, options->daemon);
}

}  // namespace chancery::client
