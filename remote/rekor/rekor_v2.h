// Rekor v2: adds wait for the checkpoint that covers them; the log is read from its tiles.
#pragma once

#include <memory>

#include "remote/http/http_client.h"
#include "remote/rekor/transparency_log.h"

namespace chancery::remote {

struct RekorV2Options {
  std::string url;                       // "https://HOST": entries go to HOST/api/v2/log/entries
  std::string read_url;                  // of checkpoint and tiles; empty: HOST/api/v2
  std::vector<bundle::TrustedLog> logs;  // any of these may answer
};

// The client outlives it, and stops before it.
std::unique_ptr<TransparencyLog> make_rekor_v2(HttpClient& http, RekorV2Options options);

}  // namespace chancery::remote
