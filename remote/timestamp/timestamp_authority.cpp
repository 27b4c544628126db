#include "remote/timestamp/timestamp_authority.h"

#include <fmt/format.h>
#include <sys/random.h>

#include "core/base/limits/services.h"
#include "core/base/rfc3339.h"
#include "core/bundle/checks/timestamps.h"
#include "core/crypto/x509/timestamp.h"
#include "core/crypto/x509/timestamp_query.h"

namespace chancery::remote {
namespace {

Bytes make_nonce() {
  Bytes nonce(limits::timestamp_nonce_bytes);
  // getrandom(2): requests of up to 256 bytes are never cut short once the pool is seeded.
  CHANCERY_ASSERT(::getrandom(nonce.data(), nonce.size(), 0) == static_cast<ssize_t>(nonce.size()));
  return nonce;
}

struct Query {
  Bytes signature;
  Bytes nonce;
};

// The time that it says.
Result<WallTime> check(ByteView der, const Query& query, const TimestampAuthorityOptions& options) {
  const TimestampResponse response = TRY(TimestampResponse::from_der(der));
  TRY(response.check_nonce(query.nonce));
  CertificateMemory memory;
  const bundle::Stamp stamp =
      TRY(bundle::check_timestamp(der, query.signature, options.authorities, memory));
  const WallTime now = options.now();
  if (std::chrono::abs(stamp.time - now) <= limits::clock_difference_max) return stamp.time;
  return invalid_request("TIMESTAMP_TIME_IMPLAUSIBLE",
                         fmt::format("it says that it is {}, our clock says {}",
                                     format_rfc3339(stamp.time), format_rfc3339(now)));
}

Result<Timestamp> read_answer(const HttpAnswer& answer, const Query& query,
                              const TimestampAuthorityOptions& options) {
  // Sigstore's own authority says 201.
  if (answer.status != 200 && answer.status != 201) {
    return unavailable("TIMESTAMP_FAILED",
                       fmt::format("{}: status {}", options.url, answer.status));
  }
  const Result<WallTime> checked = check(as_bytes(answer.body), query, options);
  if (checked.ok()) return Timestamp{to_bytes(as_bytes(answer.body)), *checked};
  return corrupt(
      "TIMESTAMP_ANSWER_NOT_BELIEVED",
      fmt::format("{}: {}: {}", options.url, checked.error().reason, checked.error().message));
}

}  // namespace

void TimestampAuthority::stamp(const Bytes& signature, Deadline deadline,
                               std::function<void(Stamped)> done) {
  Query query{signature, make_nonce()};
  const Bytes asked = timestamp_query(digest(HashAlgorithm::sha256, signature), query.nonce);
  HttpRequest request{
      HttpMethod::post,
      options_.url,
      {{"Content-Type", "application/timestamp-query"}, {"Accept", "application/timestamp-reply"}},
      to_text(asked),
      limits::timestamp_answer_bytes_max,
      deadline};
  http_.send(std::move(request), [this, query = std::move(query),
                                  done = std::move(done)](const Result<HttpAnswer>& answer) {
    if (!answer.ok()) {
      return done({unavailable("TIMESTAMP_FAILED", answer.error().message), std::nullopt});
    }
    done({read_answer(*answer, query, options_), answer->retry_after()});
  });
}

}  // namespace chancery::remote
