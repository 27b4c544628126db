#include "daemon/journal/sqlite/request_reader.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace chancery::daemon::sqlite {
namespace {

std::int64_t first_8_bytes(const Sha256& hash) {
  std::int64_t out = 0;
  std::memcpy(&out, hash.data(), sizeof out);
  return out;
}

WallTime time_of(std::int64_t microseconds) {
  return WallTime(std::chrono::microseconds(microseconds));
}

Result<Sha256> sha256_of(ByteView bytes) {
  Sha256 out{};
  if (bytes.size() != out.size()) {
    return corrupt("JOURNAL_DAMAGED", "The journal holds a hash of " +
                                          std::to_string(bytes.size()) + " bytes where 32 belong");
  }
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

Result<Acceptance> acceptance_of(const Rows& row) {
  Acceptance out;
  out.uid = static_cast<std::uint32_t>(row.integer(0));
  out.gid = static_cast<std::uint32_t>(row.integer(1));
  out.pid = static_cast<std::int32_t>(row.integer(2));
  out.profile = row.text(3);
  out.rule = row.text(4);
  out.idempotency_key = row.text(5);
  out.request_hash = TRY(sha256_of(row.blob(6)));
  out.kind = static_cast<RequestKind>(row.integer(7));
  out.artifact = row.text(8);
  const auto algorithm = hash_named(row.text(9));
  if (!algorithm) return corrupt("JOURNAL_DAMAGED", "The journal names an unknown hash algorithm");
  out.digest = {*algorithm, to_bytes(row.blob(10))};
  out.predicate_type = row.text(11);
  if (!row.is_null(12)) out.payload_file = TRY(sha256_of(row.blob(12)));
  out.backend = row.text(13);
  out.key_name = row.text(14);
  out.algorithm = row.text(15);
  out.accepted_at = time_of(row.integer(16));
  out.expires_at = time_of(row.integer(17));
  out.payload = row.text(18);
  out.plan = row.text(19);
  if (!row.is_null(20)) out.record_by = time_of(row.integer(20));
  return out;
}

constexpr const char* find_sql =
    "SELECT uid, gid, pid, requests.profile, rule, idempotency_key, request_hash, kind, artifact,"
    " digest_algorithm, digest, predicate_type, payload_file, backend, key_name, algorithm,"
    " accepted_at, expires_at, iif(?2, payload, NULL), plan, record_by,"
    " state, signature, verifier_spki, log_index,"
    " bundle, bundles.finished_at, sha256, reason, message, failures.finished_at"
    " FROM requests"
    " LEFT JOIN payloads USING(id) LEFT JOIN remote_plans USING(id) LEFT JOIN deadlines USING(id)"
    " LEFT JOIN unfinished USING(id) LEFT JOIN signatures USING(id)"
    " LEFT JOIN bundles USING(id) LEFT JOIN failures USING(id)"
    " WHERE requests.id = ?1";

// What the disk has changed is not read as if it were what was archived.
void read_bundle(const Rows& row, int bundle, StoredRequest& out) {
  out.state = RequestState::done;
  out.finished_at = time_of(row.integer(bundle + 1));
  const std::string_view json = row.text(bundle);
  const bool has_hash = !row.is_null(bundle + 2);
  out.is_bundle_damaged = has_hash && !equal(row.blob(bundle + 2), sha256(as_bytes(json)));
  if (!out.is_bundle_damaged) out.bundle = json;
}

// The columns of find_sql after those of the acceptance.
void read_outcome(const Rows& row, StoredRequest& out) {
  constexpr int state = 21, signature = 22, bundle = 25, failure = 28;
  if (!row.is_null(signature)) {
    out.signature = to_bytes(row.blob(signature));
    out.verifier_spki = row.text(signature + 1);
    out.log_index = static_cast<std::uint64_t>(row.integer(signature + 2));
  }
  if (!row.is_null(bundle)) {
    read_bundle(row, bundle, out);
  } else if (!row.is_null(failure)) {
    out.state = RequestState::failed;
    out.failure_reason = row.text(failure);
    out.failure_message = row.text(failure + 1);
    out.finished_at = time_of(row.integer(failure + 2));
  } else {
    out.state = static_cast<RequestState>(row.integer(state));
  }
}

}  // namespace

std::int64_t key_hash_of(std::uint32_t uid, std::string_view profile, std::string_view key) {
  const std::array<std::uint8_t, 5> prefix = {
      static_cast<std::uint8_t>(uid >> 24), static_cast<std::uint8_t>(uid >> 16),
      static_cast<std::uint8_t>(uid >> 8), static_cast<std::uint8_t>(uid),
      // A profile's name is at most 256 bytes: its length keeps it apart from the key.
      static_cast<std::uint8_t>(profile.size())};
  return first_8_bytes(sha256({prefix, as_bytes(profile), as_bytes(key)}));
}

// Hashed again: whoever asks for a signature chooses the digest, and could aim at one place.
std::int64_t digest_hash_of(ByteView digest) { return first_8_bytes(sha256(digest)); }

RequestReader::RequestReader(Database& database)
    : find_(database, find_sql),
      find_by_key_(database,
                   "SELECT id FROM request_keys JOIN requests USING(id)"
                   " WHERE key_hash = ?1 AND uid = ?2 AND profile = ?3 AND idempotency_key = ?4"
                   " ORDER BY id DESC LIMIT 1"),
      find_by_digest_(
          database,
          "SELECT id FROM request_digests JOIN requests USING(id)"
          " WHERE digest_hash = ?1 AND (requests.digest = ?2 OR EXISTS"
          "  (SELECT 1 FROM subjects WHERE subjects.id = requests.id"
          "   AND subjects.digest = ?2))"
          " AND (EXISTS (SELECT 1 FROM bundles WHERE bundles.id = requests.id) OR EXISTS"
          "  (SELECT 1 FROM deadlines JOIN unfinished USING(id)"
          "   WHERE deadlines.id = requests.id AND state > 1))"  // it has left
          " ORDER BY id DESC LIMIT ?3"),
      unfinished_(database, "SELECT id FROM unfinished ORDER BY id LIMIT ?1"),
      unreleased_(database,
                  "SELECT id FROM unfinished LEFT JOIN deadlines USING(id)"
                  " WHERE id > ?1 AND (record_by IS NULL OR state = ?2) ORDER BY id LIMIT ?3") {}

Result<std::optional<StoredRequest>> RequestReader::find(RequestId id, Payload payload) {
  Rows rows = find_.rows(id, payload);
  if (!TRY(rows.next())) return std::optional<StoredRequest>();
  StoredRequest out;
  out.id = id;
  out.acceptance = TRY(acceptance_of(rows));
  read_outcome(rows, out);
  return std::optional(std::move(out));
}

Result<std::optional<RequestId>> RequestReader::find_by_key(std::uint32_t uid,
                                                            std::string_view profile,
                                                            std::string_view key) {
  Rows rows = find_by_key_.rows(key_hash_of(uid, profile, key), uid, profile, key);
  if (!TRY(rows.next())) return std::optional<RequestId>();
  return std::optional(rows.integer(0));
}

Result<std::vector<RequestId>> RequestReader::find_by_digest(ByteView digest,
                                                             std::size_t count_max) {
  return integers_in(find_by_digest_.rows(digest_hash_of(digest), digest, count_max));
}

Result<std::vector<RequestId>> RequestReader::unfinished(std::size_t count_max) {
  return integers_in(unfinished_.rows(count_max));
}

Result<std::vector<RequestId>> RequestReader::unreleased(RequestId after, std::size_t count_max) {
  return integers_in(unreleased_.rows(after, RequestState::signed_, count_max));
}

}  // namespace chancery::daemon::sqlite
