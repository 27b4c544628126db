// Receipts: what a client holds to ask for its signature later.
#pragma once

#include <string>
#include <string_view>

#include "daemon/journal/records.h"

namespace chancery::daemon {

// "r-" and 24 characters of base32 in lower case: 5 bytes that name this journal, 6 of the
// request's id, 4 that check both. Derived, so no table of receipts is kept. Not a secret: reading
// needs the permission too. A value; any thread.
class Receipts {
 public:
  // `instance` is the journal's own random name.
  explicit Receipts(std::string instance);

  std::string receipt_for(RequestId id) const;
  // Errors (invalid_request): RECEIPT_MALFORMED, RECEIPT_OF_ANOTHER_INSTANCE.
  Result<RequestId> request_of(std::string_view receipt) const;

 private:
  std::string instance_;
  Sha256 instance_hash_;
};

}  // namespace chancery::daemon
