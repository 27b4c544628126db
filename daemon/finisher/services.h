// The services elsewhere, as the configuration names them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/bundle/trusted_root.h"
#include "daemon/config/config.h"
#include "remote/http/http_client.h"
#include "remote/rekor/transparency_log.h"
#include "remote/timestamp/timestamp_authority.h"

namespace chancery::daemon {

struct RemoteLog {
  std::unique_ptr<remote::TransparencyLog> log;
  bool wants_envelopes = false;
  std::optional<double> per_second;
};

struct RemoteAuthority {
  std::unique_ptr<remote::TimestampAuthority> authority;
  std::optional<double> per_second;
};

// By name. Ended in the reverse order: the client first, while the others can still be called.
struct RemoteServices {
  bundle::TrustedRoot root;  // of all of them
  std::map<std::string, RemoteLog> logs;
  std::map<std::string, RemoteAuthority> authorities;
  std::unique_ptr<remote::HttpClient> http;
};

// Reads the trusted roots. Errors (invalid_request): TRUSTED_ROOT_UNREADABLE,
// TRUSTED_ROOT_INCOMPLETE (it has no log, or no authority, as its section needs); those of
// parse_trusted_root and HttpClient.
Result<RemoteServices> open_services(const Config& config, const std::function<WallTime()>& now);

}  // namespace chancery::daemon
