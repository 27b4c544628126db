#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "daemon/config/config.h"

namespace chancery::daemon {

Config embedded_default(const std::filesystem::path& state_directory,
                        const std::filesystem::path& socket, std::uint32_t uid) {
  Config config;
  config.socket = socket;
  config.socket_mode = 0600;
  // As the installed units would make root's; nobody else has to do with one of a user's own.
  config.socket_folder_mode = uid == 0 ? 0755 : 0700;
  config.state_directory = state_directory;
  config.backends.push_back({.type = "software", .config = {.name = "software", .options = {}}});
  config.backends[0].config.options = {{"directory", (state_directory / "keys").string()},
                                       {"make_missing", "default=ecdsa-p256-sha256, log=ed25519"}};
  // RFC 6761 6.3: names under "localhost" lead to this host and never to somebody else's log.
  config.log = {.origin = "chancery.localhost", .backend = "software", .key = "log"};
  config.profiles = {{.name = "default", .keys = {{"software", "default"}}}};
  config.rules = {{{.name = "owner", .uids = {uid}, .profiles = {"default"}},
                   {.name = "owner-is-admin", .uids = {uid}, .is_admin = true}}};
  if (uid != 0) config.rules.rules[0].uids.push_back(0);
  const std::string decides = "embedded default, uid " + std::to_string(uid);
  config.policy_hash = hex_encode(sha256(as_bytes(decides)));
  return config;
}

}  // namespace chancery::daemon
