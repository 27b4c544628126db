// signing_config.json v0.2: which services a signer uses (sigstore.md d.5). Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/bundle/trusted_root.h"

namespace chancery::services {

struct Service {
  std::string url;
  std::uint32_t major_version = 0;
  bundle::ValidFor valid_for;
  std::string operator_name;
};

enum class Selector { undefined, all, any, exact };

struct Selection {
  Selector selector = Selector::undefined;
  std::uint32_t count = 0;  // of `exact`
};

// Logs and timestamp authorities; the others are read, and left out: keys are ours.
struct SigningConfig {
  std::vector<Service> logs;
  Selection log_selection;
  std::vector<Service> authorities;
  Selection authority_selection;
};

// Versions of services that we do not know are normal. Errors (invalid_request): those of
// parse_json; SIGNING_CONFIG_VERSION_UNSUPPORTED, SIGNING_CONFIG_URL_INVALID,
// SIGNING_CONFIG_START_MISSING, SIGNING_CONFIG_TIME_INVALID, SIGNING_CONFIG_NUMBER_INVALID, and
// those of proto_json.h.
Result<SigningConfig> parse_signing_config(std::string_view json);

// What is used at one time.
struct Selected {
  std::vector<Service> logs;         // each of them records
  std::vector<Service> authorities;  // in the order in which they are asked
  std::size_t timestamps = 0;        // of so many of them
};

// Of each kind the highest version that we know and that has a service now; of each operator the
// newest; and of these as many as the selector says. Whoever has one timestamp of several
// authorities may ask the next where one fails, so all that could be chosen are given.
// Errors (invalid_request): SIGNING_CONFIG_SELECTOR_UNDEFINED; SIGNING_CONFIG_SERVICES_MISSING (of
// a kind that is listed none can be used now, or fewer than asked for; no log at all);
// SIGNING_CONFIG_TIME_SOURCE_MISSING (a log of version 2 gives no time, and no authority is
// listed).
Result<Selected> select_services(const SigningConfig& config, WallTime now);

}  // namespace chancery::services
