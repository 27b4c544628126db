// Having one statement signed, small or large.
#pragma once

#include "client/requests/signature.h"

namespace chancery::client {

struct StatementRequest {
  std::string profile;
  std::string idempotency_key;
  std::string statement;  // JSON
};

// A large statement goes as a stream. Sent again under the same key as long as the error's code and
// the deadline allow. Errors: those of Connection, of the daemon, and of read_signature.
Result<Signature> sign_statement(Link& link, const StatementRequest& request, Deadline deadline);

}  // namespace chancery::client
