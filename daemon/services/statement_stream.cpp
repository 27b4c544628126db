#include "daemon/services/statement_stream.h"

#include <fmt/format.h>

#include "core/base/limits/statements.h"
#include "daemon/flows/asked.h"
#include "daemon/flows/judgement.h"
#include "daemon/flows/signing.h"
#include "daemon/services/message.h"

namespace chancery::daemon {
namespace {

Error statements_in_flight(bool is_users_own) {
  const std::string whose = is_users_own ? fmt::format(
                                               "other statements of this user fill the {} MiB "
                                               "that one user may have",
                                               limits::statement_bytes_in_flight_per_uid_max >> 20)
                                         : fmt::format(
                                               "statements of others fill the {} MiB that the "
                                               "daemon has for them",
                                               limits::statement_bytes_in_flight_max >> 20);
  return with_retry_after(
      exhausted("STATEMENTS_IN_FLIGHT", whose + ": nothing was signed, try again later"),
      limits::statement_retry_after);
}

bool names_something(const v1::SignStatementChunk& chunk) {
  return !chunk.profile().empty() || !chunk.idempotency_key().empty() ||
         chunk.statement_bytes() != 0;
}

}  // namespace

Result<std::shared_ptr<void>> reserve(ByteBudget& budget, std::uint32_t uid, std::size_t bytes) {
  ByteBudget::Answer taken = budget.take(uid, bytes);
  if (!taken.share) return statements_in_flight(taken.is_users_own);
  return std::move(taken.share);
}

StatementStream::StatementStream(const Parts& parts, ByteBudget& budget, Call call)
    : parts_(parts), budget_(budget), call_(std::move(call)) {}

Result<void> StatementStream::receive(std::string message) {
  const v1::SignStatementChunk chunk = TRY(read_message<v1::SignStatementChunk>(message));
  if (!has_begun_) {
    TRY(begin(chunk));
  } else if (names_something(chunk)) {
    return invalid_request("STREAM_NAMED_TWICE",
                           "profile, idempotency key and size are for the first message alone: "
                           "nothing was signed; send further messages with data only");
  }
  if (statement_.size() + chunk.data().size() > bytes_expected_) {
    return invalid_request(
        "STATEMENT_SIZE_WRONG",
        fmt::format("more data than the {} bytes that the first chunk announced", bytes_expected_));
  }
  statement_ += chunk.data();
  return {};
}

Result<void> StatementStream::begin(const v1::SignStatementChunk& chunk) {
  TRY(check_names(chunk.profile(), chunk.idempotency_key()));
  if (chunk.statement_bytes() == 0 || chunk.statement_bytes() > limits::statement_bytes_max) {
    return invalid_request("STATEMENT_TOO_LARGE",
                           fmt::format("a statement has 1 to {} bytes, this one {}",
                                       limits::statement_bytes_max, chunk.statement_bytes()));
  }
  // Whoever no rule knows gets no share of what honest callers need.
  TRY(require_rule(parts_, call_, chunk.profile().empty() ? default_profile : chunk.profile()));
  bytes_expected_ = static_cast<std::size_t>(chunk.statement_bytes());
  // JSON values in memory while it is read, and the payload itself.
  reservation_ = TRY(reserve(budget_, call_.peer.uid, bytes_expected_));
  has_begun_ = true;
  profile_ = chunk.profile();
  idempotency_key_ = chunk.idempotency_key();
  statement_.reserve(bytes_expected_);
  return {};
}

void StatementStream::finish() {
  if (!has_begun_ || statement_.size() != bytes_expected_) {
    return call_.responder->answer(invalid_request(
        "STATEMENT_SIZE_WRONG",
        fmt::format("the stream ended after {} of {} bytes", statement_.size(), bytes_expected_)));
  }
  parts_.spool.post([&parts = parts_, call = std::move(call_), profile = std::move(profile_),
                     key = std::move(idempotency_key_), statement = std::move(statement_),
                     reservation = std::move(reservation_)]() mutable {
    Result<Asked> asked = read_statement(profile, std::move(key), std::move(statement));
    if (!asked.ok()) return call.responder->answer(asked.error());
    asked->reservation = std::move(reservation);
    Signing::start(parts, std::move(call), std::move(*asked));
  });
}

}  // namespace chancery::daemon
