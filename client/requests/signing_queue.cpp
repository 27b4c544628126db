#include "client/requests/signing_queue.h"

#include "client/requests/ask.h"
#include "client/requests/idempotency_key.h"
#include "core/base/limits/command.h"

namespace chancery::client {

SigningQueue::SigningQueue(Link& link, std::chrono::seconds patience, OnOutcome on_outcome)
    : link_(link), patience_(patience), on_outcome_(std::move(on_outcome)) {}

void SigningQueue::submit(v1::SignRequest request) {
  while (waiting_.size() >= limits::client_requests_in_flight_max) settle_oldest();
  const bool key_is_ours = request.idempotency_key().empty();
  if (key_is_ours) request.set_idempotency_key(new_idempotency_key());
  Waiting& waiting = waiting_.emplace_back(
      Waiting{std::move(request), Deadline::after(patience_), key_is_ours, false, {}, {}, {}});
  send(waiting);
}

void SigningQueue::settle_all() {
  while (!waiting_.empty()) settle_oldest();
}

void SigningQueue::send(Waiting& waiting) {
  waiting.call.reset();
  waiting.not_sent.reset();
  auto connection = link_.connection(waiting.deadline);
  if (!connection.ok()) {
    waiting.not_sent = connection.error();
    return;
  }
  waiting.connection = std::move(connection).value();
  waiting.call.emplace(waiting.connection->submit(
      services::signer, "Sign", waiting.request.SerializeAsString(), waiting.deadline));
}

void SigningQueue::settle_oldest() {
  Waiting& oldest = waiting_.front();
  Result<Signature> outcome = settle(oldest);
  on_outcome_(oldest.request, std::move(outcome));
  waiting_.pop_front();
}

Result<Signature> SigningQueue::settle(Waiting& waiting) {
  for (;;) {
    const Result<v1::SignReply> reply = await_reply(waiting);
    const Result<Signature> outcome =
        reply.ok() ? read_signature(*waiting.connection, *reply, waiting.deadline)
                   : Result<Signature>(reply.error());
    if (outcome.ok()) {
      link_.note_success();
      return outcome;
    }
    const bool has_failed = reply.ok() && reply->state() == v1::STATE_FAILED;
    const bool goes_on =
        has_failed ? renew(waiting)
                   : link_.try_again(waiting.connection, outcome.error(), waiting.deadline);
    if (!goes_on) return outcome;
    waiting.was_lost = !has_failed;
    send(waiting);
  }
}

Result<v1::SignReply> SigningQueue::await_reply(Waiting& waiting) {
  if (waiting.not_sent) return *waiting.not_sent;
  const std::string payload = TRY(waiting.call->wait());
  return read_reply<v1::SignReply>(payload);
}

// An attempt that we lost sight of has failed with the daemon that stopped: nothing was signed,
// so that a new request is safe. A key that the caller chose is the caller's to renew.
bool SigningQueue::renew(Waiting& waiting) {
  if (!waiting.was_lost || !waiting.key_is_ours) return false;
  waiting.request.set_idempotency_key(new_idempotency_key());
  return true;
}

}  // namespace chancery::client
