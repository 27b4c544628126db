// A timestamp authority elsewhere (RFC 3161 over HTTP).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/bundle/trusted_root.h"
#include "remote/http/http_client.h"

namespace chancery::remote {

struct Timestamp {
  Bytes response;   // a whole TimeStampResp, verified
  WallTime time{};  // that it says
};

struct Stamped {
  Result<Timestamp> timestamp;
  std::optional<std::chrono::seconds> retry_after;
};

struct TimestampAuthorityOptions {
  std::string url;                                    // all of it; nothing is added
  std::vector<bundle::TrustedAuthority> authorities;  // any of these may answer
  std::function<WallTime()> now;
};

// Thread-safe; the client outlives it, and stops before it.
class TimestampAuthority {
 public:
  TimestampAuthority(HttpClient& http, TimestampAuthorityOptions options)
      : http_(http), options_(std::move(options)) {}

  // That `signature` exists now. `done` runs once, on a thread of remote/http (or at once on the
  // caller's), and must not wait. Nothing is lost by asking again, so every failure is
  // unavailable: TIMESTAMP_FAILED; but for one that is an alarm, corrupt
  // TIMESTAMP_ANSWER_NOT_BELIEVED.
  void stamp(const Bytes& signature, Deadline deadline, std::function<void(Stamped)> done);

 private:
  HttpClient& http_;
  const TimestampAuthorityOptions options_;
};

}  // namespace chancery::remote
