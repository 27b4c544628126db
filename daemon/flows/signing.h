// The path of one signature, from the decision to the answer. Read signing.cpp top to bottom.
//
// Each step hands the request to the thread that does the next one and returns: the pool decides,
// verifies and assembles, the journal's writer commits, the key host signs, the log proves. Nothing
// touches a key before the intent is journalled, nothing leaves before the bundle is verified.
#pragma once

#include <memory>
#include <optional>

#include "daemon/flows/asked.h"
#include "daemon/flows/parts.h"
#include "daemon/server/call.h"

namespace chancery::daemon {

// Keeps itself alive until it has answered; no two steps of one request run at once.
class Signing : public std::enable_shared_from_this<Signing> {
 public:
  // On a pool thread. Answers the call in the end, whatever happens.
  static void start(const Parts& parts, Call call, Asked asked);
  // Finishes what was signed when the daemon stopped, and records what has left before its logs had
  // it. `done` runs once that is so, or with the reason why it is not.
  using Done = std::function<void(const Result<void>&)>;
  static void resume(const Parts& parts, StoredRequest stored, Done done);

 private:
  Signing(const Parts& parts, Call call, Asked asked);

  void decide();
  void accept();
  void sign(RequestId id);
  void record(Result<Bytes> signature);
  void prove(Placed placed);
  void finish(Result<Inclusion> inclusion);
  void finish_elsewhere();
  void after_elsewhere(Result<Finished> finished);
  void release();
  // It is to leave as soon as it is timestamped, and has not yet.
  bool leaves_early() const;
  void settle(bundle::Bundle bundle, const bundle::Verdict& verdict);
  void archive();
  void answer(Result<std::string> reply);

  void take_nothing_new(const Error& error);          // unless it was asked for before
  void refuse(const Error& error);                    // before acceptance: for the audit
  void fail(const Error& error);                      // after it: nothing was signed that counts
  void answer_earlier(const StoredRequest& earlier);  // the idempotency key is known
  void give(Result<std::string> message);
  void give_back_elsewhere();
  void drop_payload();
  // Before anybody hears the answer: whoever has one may send the next statement.
  void free_statement();
  void stay_stuck(const Error& why);
  Error with_receipt(Error error) const;
  // Whoever waits for a log leaves with a receipt before its time is over.
  void give_receipt_in_time(RequestId id) const;

  Acceptance acceptance() const;

  Parts parts_;
  Call call_;
  Asked asked_;
  std::shared_ptr<const Config> config_;
  policy::Decision decision_;
  Turn turn_;                           // of the rule's rates
  Rates::Destinations turn_elsewhere_;  // of the rates of services elsewhere
  std::string backend_;                 // of key_
  Plan plan_;                           // empty: our own log alone
  std::optional<SigningKey> key_;
  Digest signed_digest_;
  PayloadStore::Held payload_file_;  // until the journal names it
  Bytes signature_;
  bool is_signed_now_ = false;  // in this run, and checked with the public key
  std::string entry_body_;
  StoredRequest stored_;  // what the journal knows, kept in step with it
  Deadline::Clock::time_point step_began_;
  Done on_done_;
};

}  // namespace chancery::daemon
