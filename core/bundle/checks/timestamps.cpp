#include "core/bundle/checks/timestamps.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/base/encoding.h"
#include "core/base/rfc3339.h"
#include "core/crypto/x509/timestamp.h"

namespace chancery::bundle {
namespace {

constexpr std::string_view signer_unknown = "TIMESTAMP_SIGNER_UNKNOWN";

Result<void> check_authority(const TimestampResponse& response, const TrustedAuthority& authority,
                             CertificateMemory& memory) {
  const Result<std::vector<Certificate>>& chain = authority.chain.get();
  if (!chain.ok()) return chain.error();
  TRY(response.check_signer(*chain, memory));
  if (authority.valid_for.contains(response.time())) return {};
  return invalid_request(
      "TIMESTAMP_AUTHORITY_NOT_VALID",
      fmt::format("timestamp: {} is outside the period in which the root trusts "
                  "the authority {}, {}",
                  format_rfc3339(response.time()), authority.words(), authority.valid_for.words()));
}

}  // namespace

Result<Stamp> check_timestamp(ByteView der, ByteView signature,
                              const std::vector<TrustedAuthority>& authorities,
                              CertificateMemory& memory) {
  const TimestampResponse response = TRY(TimestampResponse::from_der(der));
  TRY(response.check_imprint(signature));
  Error refusal = invalid_request(std::string(signer_unknown),
                                  fmt::format("timestamp: it is of none of the {} timestamp "
                                              "authorities in the trusted root",
                                              authorities.size()));
  for (const TrustedAuthority& authority : authorities) {
    const Result<void> checked = check_authority(response, authority, memory);
    if (checked.ok()) return Stamp{response.time(), &authority};
    // That others are not its signer says less than why its signer will not do.
    if (checked.error().reason != signer_unknown) refusal = checked.error();
  }
  return refusal;
}

std::string operator_of(const TrustedAuthority& authority) {
  if (!authority.operator_name.empty()) return authority.operator_name;
  if (!authority.uri.empty()) return authority.uri;
  return hex_encode(sha256(authority.chain.get()->back().der()));
}

VerifiedTimestamps check_timestamps(const Bundle& bundle, ByteView signature,
                                    const TrustedRoot& root, CertificateMemory& memory) {
  VerifiedTimestamps verified;
  std::set<std::string> operators;
  for (auto response = bundle.timestamps.begin(); response != bundle.timestamps.end(); ++response) {
    if (std::find(bundle.timestamps.begin(), response, *response) != response) continue;
    const Result<Stamp> stamp =
        check_timestamp(*response, signature, root.timestamp_authorities, memory);
    if (!stamp.ok()) {
      // The same of responses: one that is wrong says more than one of strangers.
      if (!verified.refusal || stamp.error().reason != signer_unknown)
        verified.refusal = stamp.error();
      continue;
    }
    verified.times.push_back({stamp->time, stamp->authority->words(), true});
    operators.insert(operator_of(*stamp->authority));
  }
  verified.authorities = operators.size();
  return verified;
}

Result<void> require_timestamps(const VerifiedTimestamps& verified, std::size_t authorities_min) {
  const bool is_wrong = verified.refusal && verified.refusal->reason != signer_unknown;
  if (verified.times.empty() && is_wrong) return *verified.refusal;
  if (verified.authorities >= authorities_min) return {};
  if (verified.refusal) return *verified.refusal;
  if (verified.times.empty()) {
    return invalid_request("TIMESTAMP_MISSING", "the bundle has no signed timestamp");
  }
  return invalid_request("TIMESTAMP_THRESHOLD_NOT_MET",
                         fmt::format("timestamps of {} authorities verified, {} are asked for",
                                     verified.authorities, authorities_min));
}

}  // namespace chancery::bundle
