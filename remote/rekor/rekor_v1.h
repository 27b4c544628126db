// Rekor v1: answers at once with a promise and a proof; entries are found by their hash.
#pragma once

#include <memory>

#include "remote/http/http_client.h"
#include "remote/rekor/transparency_log.h"

namespace chancery::remote {

struct RekorV1Options {
  std::string url;                       // "https://HOST": entries go to HOST/api/v1/log/entries
  std::vector<bundle::TrustedLog> logs;  // any of these may answer
  std::function<WallTime()> now;
};

// The client outlives it, and stops before it.
std::unique_ptr<TransparencyLog> make_rekor_v1(HttpClient& http, RekorV1Options options);

}  // namespace chancery::remote
