// Many signatures over one connection: a bounded number in flight, each signed exactly once.
#pragma once

#include <deque>
#include <functional>

#include "client/requests/signature.h"

namespace chancery::client {

// One thread. Outcomes come in the order of the requests.
class SigningQueue {
 public:
  using OnOutcome = std::function<void(const v1::SignRequest&, Result<Signature>)>;

  // `patience` is for each request, retries included.
  SigningQueue(Link& link, std::chrono::seconds patience, OnOutcome on_outcome);

  // Sends now; waits for the oldest request first when too many are in flight. A request without
  // an idempotency key gets a new one.
  void submit(v1::SignRequest request);
  // Waits until every request has its outcome.
  void settle_all();

 private:
  struct Waiting {
    v1::SignRequest request;
    Deadline deadline;
    bool key_is_ours;
    bool was_lost = false;                   // an earlier attempt may have been accepted
    std::shared_ptr<Connection> connection;  // outlives the call
    std::optional<PendingCall> call;
    std::optional<Error> not_sent;
  };

  void send(Waiting& waiting);
  void settle_oldest();
  Result<Signature> settle(Waiting& waiting);
  Result<v1::SignReply> await_reply(Waiting& waiting);
  bool renew(Waiting& waiting);

  Link& link_;
  std::chrono::seconds patience_;
  OnOutcome on_outcome_;
  std::deque<Waiting> waiting_;
};

}  // namespace chancery::client
