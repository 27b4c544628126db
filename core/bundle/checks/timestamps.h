// What timestamp authorities say about when the signature existed.
#pragma once

#include "core/bundle/verify.h"

namespace chancery::bundle {

// One response that holds: when, and by which authority of the root.
struct Stamp {
  WallTime time;
  const TrustedAuthority* authority;
};

// Errors (invalid_request): those of timestamp.h, TIMESTAMP_AUTHORITY_NOT_VALID (outside the period
// that the root gives the authority).
Result<Stamp> check_timestamp(ByteView der, ByteView signature,
                              const std::vector<TrustedAuthority>& authorities,
                              CertificateMemory& memory);

// An authority without an operator's name is its address, one without an address its anchor.
std::string operator_of(const TrustedAuthority& authority);

struct VerifiedTimestamps {
  std::vector<VerifiedTime> times;  // one for each response that holds, the same one twice once
  std::size_t authorities = 0;      // distinct operators among them
  // Why one does not hold; where one fails though its authority is known, why that one.
  std::optional<Error> refusal;
};

// Each response against each authority of the root. One that does not hold counts for nothing;
// whether the others are enough is require_timestamps' question.
VerifiedTimestamps check_timestamps(const Bundle& bundle, ByteView signature,
                                    const TrustedRoot& root, CertificateMemory& memory);

// Enough hold, and where none does they are all of authorities that the root does not list: that
// other times are known does not make a false one good. Errors (invalid_request):
// TIMESTAMP_MISSING, TIMESTAMP_THRESHOLD_NOT_MET, and where one was found wanting its own reason,
// as above.
Result<void> require_timestamps(const VerifiedTimestamps& verified, std::size_t authorities_min);

}  // namespace chancery::bundle
