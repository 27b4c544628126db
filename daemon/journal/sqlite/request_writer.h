// Records what happens to requests, one row for each step.
#pragma once

#include "daemon/journal/journal.h"
#include "daemon/journal/sqlite/request_reader.h"

namespace chancery::daemon::sqlite {

struct HashedBundle {
  std::string_view json;
  Sha256 hash;
};

// Within the writer's transaction, on its thread. An Error that Database::failure() does not know
// is an answer, and nothing was written.
class RequestWriter {
 public:
  explicit RequestWriter(Database& database);

  // Reads where the ids stand, and fails what was only accepted, with this error: whoever asked is
  // gone. Returns those.
  Result<std::vector<RequestId>> recover(const Error& error, WallTime now);

  Result<Accepted> accept(const Acceptance& acceptance);
  // internal REQUEST_STEP_OUT_OF_ORDER unless the request waits for its signature.
  Result<void> require_accepted(RequestId id);
  Result<void> record_signed(RequestId id, ByteView signature, std::string_view verifier_spki,
                             std::uint64_t log_index);
  Result<void> record_remote_step(RequestId id, const RemoteStep& step,
                                  std::optional<RequestState> reached);
  // False: one of its kind is known.
  Result<bool> record_remote_trouble(RequestId id, const RemoteTrouble& trouble);
  Result<void> record_released(RequestId id, const RemoteStep& step,
                               const std::vector<std::string>& awaited);
  Result<void> record_done(RequestId id, const HashedBundle& bundle, WallTime at);
  Result<void> record_failed(RequestId id, const Error& error, WallTime at);
  Result<void> record_refusal(const Refusal& refusal);

 private:
  Result<std::optional<Accepted>> find_earlier(const Acceptance& acceptance);
  Result<void> insert(RequestId id, const Acceptance& acceptance);
  Result<std::optional<RequestState>> unfinished_state_of(RequestId id);
  Result<void> require_signed(RequestId id);

  Database& database_;
  RequestReader reader_;
  RequestId next_id_ = 1;
  std::int64_t next_refusal_ = 1;
  Statement insert_request_;
  Statement insert_payload_;
  Statement insert_plan_;
  Statement insert_subject_;
  Statement insert_key_;
  Statement insert_digest_;
  Statement insert_unfinished_;
  Statement state_of_;
  Statement insert_signature_;
  Statement update_unfinished_;
  Statement insert_bundle_;
  Statement insert_failure_;
  Statement delete_deadline_;
  Statement delete_unfinished_;
  Statement insert_refusal_;
  Statement delete_refusals_;
};

}  // namespace chancery::daemon::sqlite
