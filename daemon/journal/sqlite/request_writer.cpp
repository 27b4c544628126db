#include "daemon/journal/sqlite/request_writer.h"

#include "core/base/limits/journal.h"
#include "daemon/journal/audit_events.h"
#include "daemon/journal/sqlite/deadlines.h"
#include "daemon/journal/sqlite/remote_steps.h"

namespace chancery::daemon::sqlite {
namespace {

Error out_of_order(RequestId id, std::string_view what) {
  return internal("REQUEST_STEP_OUT_OF_ORDER",
                  "Request " + std::to_string(id) + " " + std::string(what));
}

}  // namespace

RequestWriter::RequestWriter(Database& database)
    : database_(database),
      reader_(database),
      insert_request_(database,
                      "INSERT INTO requests VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
                      " ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)"),
      insert_payload_(database, "INSERT INTO payloads VALUES(?1, ?2)"),
      insert_plan_(database, "INSERT INTO remote_plans VALUES(?1, ?2)"),
      insert_subject_(database, "INSERT OR IGNORE INTO subjects VALUES(?1, ?2)"),
      insert_key_(database, "INSERT INTO request_keys VALUES(?1, ?2)"),
      insert_digest_(database, "INSERT OR IGNORE INTO request_digests VALUES(?1, ?2)"),
      insert_unfinished_(database, "INSERT INTO unfinished VALUES(?1, ?2)"),
      state_of_(database, "SELECT state FROM unfinished WHERE id = ?1"),
      insert_signature_(database, "INSERT INTO signatures VALUES(?1, ?2, ?3, ?4)"),
      update_unfinished_(database, "UPDATE unfinished SET state = ?2 WHERE id = ?1"),
      insert_bundle_(database, "INSERT INTO bundles VALUES(?1, ?2, ?3, ?4)"),
      insert_failure_(database, "INSERT INTO failures VALUES(?1, ?2, ?3, ?4)"),
      delete_deadline_(database, "DELETE FROM deadlines WHERE id = ?1"),
      delete_unfinished_(database, "DELETE FROM unfinished WHERE id = ?1"),
      insert_refusal_(database,
                      "INSERT INTO refusals VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"),
      delete_refusals_(database, "DELETE FROM refusals WHERE id <= ?1") {}

Result<std::vector<RequestId>> RequestWriter::recover(const Error& error, WallTime now) {
  next_id_ = 1 + TRY(database_.integer("SELECT coalesce(max(id), 0) FROM requests"));
  next_refusal_ = 1 + TRY(database_.integer("SELECT coalesce(max(id), 0) FROM refusals"));
  std::vector<RequestId> failed;
  {
    Statement find(database_, "SELECT id FROM unfinished WHERE state = ?1 ORDER BY id");
    Rows rows = find.rows(RequestState::accepted);
    while (TRY(rows.next())) failed.push_back(rows.integer(0));
  }
  for (const RequestId id : failed) TRY(record_failed(id, error, now));
  return failed;
}

Result<Accepted> RequestWriter::accept(const Acceptance& acceptance) {
  std::optional<Accepted> earlier = TRY(find_earlier(acceptance));
  if (earlier) return std::move(*earlier);
  const RequestId id = next_id_;
  TRY(insert(id, acceptance));
  ++next_id_;
  return Accepted{id, std::nullopt};
}

Result<std::optional<Accepted>> RequestWriter::find_earlier(const Acceptance& acceptance) {
  const auto id =
      TRY(reader_.find_by_key(acceptance.uid, acceptance.profile, acceptance.idempotency_key));
  if (!id) return std::optional<Accepted>();
  std::optional<StoredRequest> stored = TRY(reader_.find(*id));
  CHANCERY_ASSERT(stored.has_value());  // found by a join with its row
  if (!TRY(answers(*stored, acceptance.request_hash, acceptance.accepted_at))) {
    return std::optional<Accepted>();
  }
  return std::optional(Accepted{*id, std::move(stored)});
}

Result<void> RequestWriter::insert(RequestId id, const Acceptance& acceptance) {
  TRY(insert_request_.run(
      id, acceptance.uid, acceptance.gid, acceptance.pid, acceptance.profile, acceptance.rule,
      acceptance.idempotency_key, acceptance.request_hash, static_cast<int>(acceptance.kind),
      acceptance.artifact, name_of(acceptance.digest.algorithm), acceptance.digest.value,
      acceptance.predicate_type, acceptance.payload_file, acceptance.backend, acceptance.key_name,
      acceptance.algorithm, acceptance.accepted_at, acceptance.expires_at));
  if (!acceptance.payload.empty()) {
    TRY(insert_payload_.run(id, as_bytes(acceptance.payload)));
  }
  if (!acceptance.plan.empty()) TRY(insert_plan_.run(id, acceptance.plan));
  if (acceptance.record_by) {
    TRY(insert_deadline(database_, id, acceptance.profile, *acceptance.record_by));
  }
  for (const Bytes& subject : acceptance.subject_digests) {
    TRY(insert_subject_.run(id, subject));
    TRY(insert_digest_.run(digest_hash_of(subject), id));
  }
  TRY(insert_digest_.run(digest_hash_of(acceptance.digest.value), id));
  TRY(insert_key_.run(key_hash_of(acceptance.uid, acceptance.profile, acceptance.idempotency_key),
                      id));
  return insert_unfinished_.run(id, RequestState::accepted);
}

Result<std::optional<RequestState>> RequestWriter::unfinished_state_of(RequestId id) {
  Rows rows = state_of_.rows(id);
  if (!TRY(rows.next())) return std::optional<RequestState>();
  return std::optional(static_cast<RequestState>(rows.integer(0)));
}

Result<void> RequestWriter::require_accepted(RequestId id) {
  const auto state = TRY(unfinished_state_of(id));
  if (state == RequestState::accepted) return {};
  return out_of_order(id, "does not wait for a signature");
}

Result<void> RequestWriter::require_signed(RequestId id) {
  const auto state = TRY(unfinished_state_of(id));
  if (state && state != RequestState::accepted) return {};
  return out_of_order(id, "is not signed, or was finished before");
}

Result<void> RequestWriter::record_signed(RequestId id, ByteView signature,
                                          std::string_view verifier_spki, std::uint64_t log_index) {
  TRY(insert_signature_.run(id, signature, as_bytes(verifier_spki), log_index));
  return update_unfinished_.run(id, RequestState::signed_);
}

Result<void> RequestWriter::record_remote_step(RequestId id, const RemoteStep& step,
                                               std::optional<RequestState> reached) {
  TRY(require_signed(id));
  TRY(sqlite::record_remote_step(database_, id, step));
  if (!step.answer.empty() && TRY(settle_awaited(database_, id, step.destination))) {
    reached = RequestState::logged;
  }
  return reached ? update_unfinished_.run(id, *reached) : Result<void>();
}

Result<bool> RequestWriter::record_remote_trouble(RequestId id, const RemoteTrouble& trouble) {
  TRY(require_signed(id));
  return sqlite::record_remote_trouble(database_, id, trouble);
}

Result<void> RequestWriter::record_released(RequestId id, const RemoteStep& step,
                                            const std::vector<std::string>& awaited) {
  TRY(record_remote_step(id, step, RequestState::timestamped));
  return insert_awaited(database_, id, awaited);
}

Result<void> RequestWriter::record_done(RequestId id, const HashedBundle& bundle, WallTime at) {
  TRY(require_signed(id));
  TRY(insert_bundle_.run(id, at, bundle.json, bundle.hash));
  TRY(delete_deadline_.run(id));
  return delete_unfinished_.run(id);
}

Result<void> RequestWriter::record_failed(RequestId id, const Error& error, WallTime at) {
  TRY(require_accepted(id));
  TRY(insert_failure_.run(id, at, error.reason, cut_message(error.message)));
  TRY(delete_deadline_.run(id));
  return delete_unfinished_.run(id);
}

Result<void> RequestWriter::record_refusal(const Refusal& refusal) {
  TRY(insert_refusal_.run(next_refusal_, refusal.uid, refusal.gid, refusal.pid, refusal.method,
                          refusal.profile, refusal.rule, refusal.reason,
                          cut_message(refusal.message), refusal.at));
  TRY(delete_refusals_.run(next_refusal_ - limits::refusals_kept_max));
  ++next_refusal_;
  return {};
}

}  // namespace chancery::daemon::sqlite
