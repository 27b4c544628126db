#include "daemon/flows/signing.h"

#include <fmt/format.h>

#include "core/base/limits/services.h"
#include "core/base/limits/socket.h"
#include "core/base/limits/statements.h"
#include "core/bundle/dsse.h"
#include "core/tlog/entry.h"
#include "daemon/flows/assemble.h"
#include "daemon/flows/deadline/backlog.h"
#include "daemon/flows/deadline/release.h"
#include "daemon/flows/judgement.h"
#include "daemon/flows/origin.h"
#include "daemon/flows/profile.h"
#include "daemon/flows/read_signature.h"
#include "daemon/flows/reply.h"
#include "daemon/flows/restore.h"
#include "daemon/note.h"

namespace chancery::daemon {
namespace {

// Whoever asked is gone since the daemon stopped.
Call nobody() { return {{}, "", "", Deadline::after(limits::request_deadline_max), nullptr}; }

}  // namespace

void Signing::start(const Parts& parts, Call call, Asked asked) {
  std::shared_ptr<Signing> signing(new Signing(parts, std::move(call), std::move(asked)));
  signing->decide();
}

Signing::Signing(const Parts& parts, Call call, Asked asked)
    : parts_(parts),
      call_(std::move(call)),
      asked_(std::move(asked)),
      config_(parts.config.get()),
      turn_(parts.throttle) {}

// 1. May this caller have this signed, and can it be signed and logged at all?
void Signing::decide() {
  Judgement judgement = judge(parts_, *config_, call_.peer, asked_);
  decision_ = std::move(judgement.decision);
  if (judgement.refusal) return take_nothing_new(*judgement.refusal);
  Result<Digest> digest = digest_to_sign(asked_, judgement.key->key.info.algorithm);
  if (!digest.ok()) return take_nothing_new(digest.error());
  const Result<void> turn = turn_.take(decision_, call_.peer.uid, Deadline::Clock::now());
  if (!turn.ok()) return take_nothing_new(turn.error());
  if (!judgement.plan.empty()) {
    Result<Rates::Destinations> taken = parts_.finisher->take_turn(judgement.plan);
    if (!taken.ok()) return take_nothing_new(taken.error());
    turn_elsewhere_ = *std::move(taken);
  }
  backend_ = std::move(judgement.key->name.backend);
  key_ = std::move(judgement.key->key);
  signed_digest_ = std::move(*digest);
  plan_ = std::move(judgement.plan);
  accept();
}

// 2. The intent, durably: who, what, by which rule.
void Signing::accept() {
  parts_.step("decided");
  Acceptance acceptance = this->acceptance();
  if (asked_.statement.size() > limits::payload_bytes_in_journal_max) {
    Result<PayloadStore::Held> file = parts_.payloads.write(as_bytes(asked_.statement));
    if (!file.ok()) return take_nothing_new(file.error());
    payload_file_ = *std::move(file);
    acceptance.payload_file = *payload_file_;
    parts_.step("payload written");
  }
  stored_.acceptance = acceptance;  // of the statement this one copy: it may wait for long
  if (!payload_file_) acceptance.payload = asked_.statement;
  parts_.journal.accept(std::move(acceptance),
                        [self = shared_from_this()](const Result<Accepted>& accepted) {
                          if (accepted.ok() && !accepted->earlier) {
                            self->payload_file_.reset();
                            return self->sign(accepted->id);
                          }
                          self->parts_.pool.post([self, accepted] {
                            self->drop_payload();
                            if (!accepted.ok()) return self->take_nothing_new(accepted.error());
                            self->answer_earlier(*accepted->earlier);
                          });
                        });
}

// 3. The key host signs, once, and the signature is checked with the key's public half.
void Signing::sign(RequestId id) {
  parts_.step("accepted");
  stored_.id = id;
  if (!parts_.in_flight.begin(stored_.id)) {
    return fail(unavailable("LOG_HANDED_OVER", "the local log is being handed to another server"));
  }
  if (call_.deadline.passed()) {
    return fail(unavailable("DEADLINE_PASSED", "the deadline passed before the key was asked"));
  }
  step_began_ = Deadline::Clock::now();
  key_->host->sign(
      key_->info.name, signed_digest_.value, call_.deadline,
      [self = shared_from_this()](Result<Bytes> signature) { self->record(std::move(signature)); });
}

// 4. The signature and its place in the log, in one commit. From here on it will be finished.
void Signing::record(Result<Bytes> signature) {
  parts_.step("signed");
  parts_.timings.add_signature(backend_, Deadline::Clock::now() - step_began_);
  if (!signature.ok()) return fail(signature.error());
  signature_ = std::move(*signature);
  is_signed_now_ = true;
  const Algorithm algorithm = key_->info.algorithm;
  Result<std::string> body = tlog::canonical_body(
      {signed_digest_, signature_, algorithm, key_->info.spki, /*is_certificate=*/false});
  if (!body.ok()) return fail(body.error());
  entry_body_ = std::move(*body);
  parts_.journal.record_signed(stored_.id, signature_, to_text(key_->info.spki), entry_body_,
                               is_deterministic(algorithm),
                               [self = shared_from_this()](Result<Placed> placed) {
                                 // Dropped: a signature that is not on record never leaves.
                                 if (!placed.ok()) return self->fail(placed.error());
                                 self->stored_.log_index = placed->log_index;
                                 if (self->plan_.empty()) return self->prove(*placed);
                                 self->parts_.pool.post([self] { self->finish_elsewhere(); });
                               });
}

// 5. The log proves that the entry is there.
void Signing::prove(Placed placed) {
  parts_.step("recorded");
  step_began_ = Deadline::Clock::now();
  stored_.state = RequestState::signed_;
  stored_.log_index = placed.log_index;
  if (call_.responder) give_receipt_in_time(stored_.id);
  parts_.log.await_inclusion(
      placed.log_index, tlog::leaf_hash(as_bytes(entry_body_)),
      [self = shared_from_this()](Result<Inclusion> inclusion) {
        // Alone, it is finished here: nobody else needs the log's thread, and a switch costs more.
        if (self->parts_.in_flight.size() == 1) return self->finish(std::move(inclusion));
        self->parts_.pool.post([self, inclusion = std::move(inclusion)]() mutable {
          self->finish(std::move(inclusion));
        });
      });
}

// 6. The bundle, judged by our own verifier: we never hand out what we would refuse.
void Signing::finish(Result<Inclusion> inclusion) {
  parts_.step("proven");
  parts_.timings.add_proof(Deadline::Clock::now() - step_began_);
  if (!inclusion.ok()) return give(inclusion.error());
  bundle::Bundle bundle = assemble({signature_,
                                    key_->info.spki,
                                    signed_digest_,
                                    asked_,
                                    {own_entry(entry_body_, *inclusion, parts_.log.key().id())},
                                    {}});
  const bundle::Verdict verdict = parts_.own_verifier.verify(
      {bundle, asked_.artifact_digest, key_->public_key, &parts_.log.key(),
       /*just_signed=*/is_signed_now_ ? &signed_digest_ : nullptr});
  settle(std::move(bundle), verdict);
}

// 5. and 6. for a profile with services elsewhere: the finisher has them stamp and record it,
// however long that takes; whoever asked waits as long as it likes.
void Signing::finish_elsewhere() {
  parts_.step("recorded");
  if (stored_.state == RequestState::accepted) stored_.state = RequestState::signed_;
  Unfinished work{stored_.id,
                  plan_,
                  {signed_digest_, signature_, key_->info.algorithm, key_->info.spki,
                   /*is_certificate=*/false},
                  /*is_resumed=*/!is_signed_now_,
                  nullptr,
                  leaves_early() ? Share::timestamps : Share::everything};
  if (asked_.kind == RequestKind::statement && parts_.finisher->wants_envelopes(plan_)) {
    work.envelope =
        std::make_shared<const bundle::DsseEnvelope>(envelope_of(asked_.statement, signature_));
  }
  if (call_.responder) give_receipt_in_time(stored_.id);
  parts_.finisher->finish(std::move(work), [self = shared_from_this()](Result<Finished> finished) {
    self->parts_.pool.post([self, finished = std::move(finished)]() mutable {
      self->after_elsewhere(std::move(finished));
    });
  });
}

void Signing::after_elsewhere(Result<Finished> finished) {
  parts_.step("recorded elsewhere");
  // Left for the next start: signed it is, and whoever waits may ask for it then.
  if (!finished.ok()) {
    if (was_released(stored_)) return give(finished.error());  // nobody waits
    stay_stuck(finished.error());
    note(Priority::notice, fmt::format("{}: {}", parts_.journal.receipts().receipt_for(stored_.id),
                                       finished.error().message));
    return give(sign_reply(parts_, stored_));
  }
  if (leaves_early()) return release();
  bundle::Bundle bundle = assemble({signature_, key_->info.spki, signed_digest_, asked_,
                                    std::move(finished->entries), std::move(finished->timestamps)});
  const bundle::Verdict verdict =
      parts_.elsewhere_verifier->verify({bundle, asked_.artifact_digest, key_->public_key, nullptr,
                                         /*just_signed=*/is_signed_now_ ? &signed_digest_ : nullptr,
                                         static_cast<unsigned>(plan_.timestamps)});
  settle(std::move(bundle), verdict);
}

bool Signing::leaves_early() const {
  return stored_.acceptance.record_by && !was_released(stored_);
}

// By deadline: what is timestamped leaves, and the backlog sees to its logs.
void Signing::release() {
  parts_.stuck.remove(stored_.id);
  give(reply_as_it_stands(parts_, stored_.id));
  parts_.step("released");
  parts_.backlog->wake();
}

void Signing::settle(bundle::Bundle bundle, const bundle::Verdict& verdict) {
  if (!verdict.verified()) {
    const Error error = internal("OWN_BUNDLE_REFUSED",
                                 fmt::format("our own verifier refuses the bundle of {}: {}: {}",
                                             parts_.journal.receipts().receipt_for(stored_.id),
                                             verdict.refusal->reason, verdict.refusal->message));
    if (!parts_.stuck.trouble_of(stored_.id)) note(Priority::error, error.message);
    return give(error);
  }
  stored_.bundle = archived_form(std::move(bundle), stored_.acceptance.payload_file.has_value());
  archive();
}

// 7. The bundle into the archive: whoever asks again gets this very answer. It is made before, for
// a large bundle takes time: the journal's thread is the one that everybody waits for.
void Signing::archive() {
  parts_.step("judged");
  stored_.finished_at = parts_.now();
  const RequestState before = std::exchange(stored_.state, RequestState::done);
  Result<std::string> reply = sign_reply(parts_, stored_);
  stored_.state = before;
  parts_.step("answer made");
  parts_.journal.record_done(
      stored_.id, std::move(stored_.bundle), stored_.finished_at,
      [self = shared_from_this(), reply = std::move(reply)](const Result<void>& recorded) mutable {
        if (!recorded.ok()) return self->give(recorded.error());
        self->stored_.state = RequestState::done;
        self->parts_.stuck.remove(self->stored_.id);
        self->answer(std::move(reply));
      });
}

void Signing::answer(Result<std::string> reply) {
  parts_.step("archived");
  give(std::move(reply));
  parts_.step("answered");
}

// Why this is not signed now says nothing of what was signed before: the profile was stopped since,
// its key is away, the disk is full. Whoever asks again for that gets it.
void Signing::take_nothing_new(const Error& error) {
  Result<std::optional<StoredRequest>> earlier = find_earlier(parts_, call_.peer, asked_);
  if (!earlier.ok()) return refuse(earlier.error());
  if (!*earlier) return refuse(error);
  answer_earlier(**earlier);
}

// Its request was not accepted: the file goes, unless another one has the same statement.
void Signing::drop_payload() {
  if (!payload_file_) return;
  const Sha256 name = *std::exchange(payload_file_, nullptr);
  const Result<void> removed = parts_.payloads.remove({name}, named_in(parts_.journal));
  if (removed.ok()) return;
  note(Priority::warning,
       "a statement that was not accepted stays until the next start: " + removed.error().message);
}

void Signing::free_statement() {
  asked_.statement = {};
  asked_.reservation.reset();
}

// Nothing of it is sent.
void Signing::give_back_elsewhere() {
  if (turn_elsewhere_.empty()) return;
  parts_.finisher->give_back_turn(std::exchange(turn_elsewhere_, {}));
}

void Signing::refuse(const Error& error) {
  turn_.give_back_after(error);
  give_back_elsewhere();
  const bool is_digest = asked_.kind == RequestKind::digest;
  Refusal refusal{.uid = call_.peer.uid,
                  .gid = call_.peer.gid,
                  .pid = call_.peer.pid,
                  .origin = origin_of(call_.peer),
                  .method = call_.method,
                  .profile = asked_.profile,
                  .rule = decision_.rule,
                  .policy = config_->policy_hash,
                  .digest = is_digest ? std::optional(asked_.artifact_digest) : std::nullopt,
                  .subject_digests = asked_.subject_digests,
                  .predicate_type = asked_.predicate_type,
                  .artifact = asked_.artifact,
                  .reason = error.reason,
                  .message = error.message,
                  .at = parts_.now()};
  // A refusal that cannot be recorded is still a refusal: the caller gets it either way.
  parts_.refusals.record(
      std::move(refusal), RefusalRecorder::Clock::now(),
      [self = shared_from_this(), error](const Result<void>&) { self->give(error); });
}

void Signing::fail(const Error& error) {
  give_back_elsewhere();
  parts_.journal.record_failed(stored_.id, error, parts_.now(),
                               [self = shared_from_this(), error](const Result<void>& recorded) {
                                 // Until the journal takes that, it stays accepted.
                                 if (!recorded.ok()) {
                                   self->parts_.stuck.retry_later(self->stored_.id, error,
                                                                  Deadline::Clock::now());
                                 }
                                 self->give(error);
                               });
}

void Signing::answer_earlier(const StoredRequest& earlier) {
  turn_.give_back();
  give_back_elsewhere();
  const bool has_left = earlier.state == RequestState::done ||
                        earlier.state == RequestState::failed || was_released(earlier);
  if (!has_left) {
    give_receipt_in_time(earlier.id);
    if (parts_.in_flight.join(earlier.id, call_.responder)) return;
    parts_.due_receipts.forget(earlier.id);  // it has just ended
  }
  // It may have ended between the journal's look and ours: look again before answering.
  Result<std::optional<StoredRequest>> latest = parts_.journal.find(earlier.id);
  if (!latest.ok()) return give(latest.error());
  free_statement();
  call_.responder->answer(sign_reply(parts_, latest->has_value() ? **latest : earlier));
}

Error Signing::with_receipt(Error error) const {
  error.message += fmt::format("; it is signed, and finished as soon as that can be: receipt {}",
                               parts_.journal.receipts().receipt_for(stored_.id));
  return error;
}

// Signed it is, and it will be finished: tried again later, and until then it says why it waits.
void Signing::stay_stuck(const Error& why) {
  const bool is_stopping = why.reason == "SHUTTING_DOWN" || why.reason == "LOG_CLOSED";
  if (!is_stopping) parts_.stuck.retry_later(stored_.id, why, Deadline::Clock::now());
}

// The end of the request, for everybody who waits for it; whoever has an answer keeps the first.
void Signing::give(Result<std::string> message) {
  // What has left is the backlog's.
  if (!message.ok() && stored_.log_index && !was_released(stored_)) {
    stay_stuck(message.error());
    message = with_receipt(message.error());
  }
  free_statement();
  if (call_.responder) call_.responder->answer(message);
  for (const std::shared_ptr<Responder>& joined : parts_.in_flight.end(stored_.id)) {
    joined->answer(message);
  }
  parts_.due_receipts.forget(stored_.id);
  if (on_done_) on_done_(message.ok() ? Result<void>() : message.error());
}

void Signing::give_receipt_in_time(RequestId id) const {
  const auto half = call_.deadline.remaining() / 2;
  const auto margin = std::min<std::chrono::milliseconds>(limits::receipt_margin, half);
  parts_.due_receipts.promise(id, call_.responder, call_.deadline.when() - margin);
}

Acceptance Signing::acceptance() const {
  const ProfileSection* profile = find_profile(*config_, asked_.profile);
  const WallTime now = parts_.now();
  std::optional<WallTime> record_by;
  if (profile->record_within) record_by = now + *profile->record_within;
  return {.uid = call_.peer.uid,
          .gid = call_.peer.gid,
          .pid = call_.peer.pid,
          .origin = origin_of(call_.peer),
          .profile = asked_.profile,
          .rule = decision_.rule,
          .policy = config_->policy_hash,
          .idempotency_key = asked_.idempotency_key,
          .request_hash = request_hash(asked_),
          .kind = asked_.kind,
          .artifact = asked_.artifact,
          .digest = signed_digest_,
          .subject_digests = asked_.subject_digests,
          .predicate_type = asked_.predicate_type,
          .payload = {},
          .plan = write_plan(plan_),
          .payload_file = std::nullopt,
          .backend = backend_,
          .key_name = key_->info.name,
          .algorithm = std::string(name_of(key_->info.algorithm)),
          .accepted_at = now,
          .expires_at = now + profile->idempotency_key_life,
          .record_by = record_by};
}

void Signing::resume(const Parts& parts, StoredRequest stored, Done done) {
  std::shared_ptr<Signing> signing(new Signing(parts, nobody(), Asked{}));
  signing->on_done_ = std::move(done);
  signing->stored_ = std::move(stored);
  const StoredRequest& known = signing->stored_;
  // What has left needs our own log no more.
  if (!was_released(known) && !parts.in_flight.begin(known.id)) {
    return signing->give(unavailable("LOG_HANDED_OVER", "the local log went to another server"));
  }
  Result<Restored> restored = restore(parts, known);
  if (!restored.ok()) return signing->give(restored.error());
  signing->stored_.acceptance.payload.clear();
  signing->asked_ = std::move(restored->asked);
  signing->key_ = std::move(restored->key);
  signing->signed_digest_ = known.acceptance.digest;
  signing->signature_ = known.signature;
  signing->entry_body_ = std::move(restored->entry_body);
  Result<Plan> plan = parse_plan(known.acceptance.plan);
  if (!plan.ok()) return signing->give(plan.error());
  signing->plan_ = *std::move(plan);
  if (signing->plan_.empty()) return signing->prove({*known.log_index, /*is_new=*/false});
  if (parts.finisher != nullptr) return signing->finish_elsewhere();
  signing->after_elsewhere(unavailable(
      "REMOTE_SERVICE_MISSING",
      "it waits for services elsewhere, of which the configuration names none any more"));
}

}  // namespace chancery::daemon
