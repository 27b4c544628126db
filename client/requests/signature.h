// What the daemon says about one signature.
#pragma once

#include <string>
#include <vector>

#include "chancery/v1/signer.pb.h"
#include "client/requests/link.h"

namespace chancery::client {

struct Signature {
  std::string receipt;
  v1::State state = v1::STATE_UNSPECIFIED;
  std::string key;  // backend:name
  std::string log_origin;
  std::uint64_t log_index = 0;
  std::string bundle;                      // JSON; empty before it leaves the daemon
  std::int64_t key_expires_at = 0;         // the idempotency key's end; Unix seconds
  std::int64_t record_by = 0;              // it leaves before its logs have it: by then they must
  std::vector<v1::LogProgress> logs = {};  // elsewhere, while it is not done
  std::string trouble_reason = {};         // why it is not, as far as the daemon knows
  std::string trouble = {};

  bool is_done() const { return state == v1::STATE_DONE; }
  bool has_left() const { return !bundle.empty(); }
};

std::string_view name_of(v1::State state);  // "signed"

// Which of its logs have it, and which not yet; empty: there are none elsewhere.
std::string logs_text(const std::vector<v1::LogProgress>& logs);

// A large bundle is fetched as a stream. Errors: those of Connection; unavailable, with the
// daemon's reason, for a request that failed: no signature has left; corrupt BUNDLE_INCOMPLETE.
Result<Signature> read_signature(Connection& connection, const v1::SignReply& reply,
                                 Deadline deadline);

// It was signed, and its bundle is not there yet, or not whole.
Error unfinished(const Signature& signature);

}  // namespace chancery::client
