#include "daemon/server/inbound.h"

#include <algorithm>
#include <utility>

#include "core/base/limits/socket.h"

namespace chancery::daemon {

Inbound::Inbound(std::shared_ptr<const Dispatch> dispatch, const Dispatch::Row& row, Call call,
                 std::function<void()> call_loop)
    : dispatch_(std::move(dispatch)),
      row_(row),
      responder_(call.responder),
      deadline_(call.deadline),
      call_loop_(std::move(call_loop)),
      call_(std::move(call)) {}

void Inbound::push(Message message) {
  Lock lock(mutex_);
  if (is_ended_) return;  // the client had not yet seen the answer
  received_bytes_ += message.data.size();
  queued_bytes_ += message.data.size();
  queue_.push_back(std::move(message));
  wake(lock);
}

void Inbound::close() {
  Lock lock(mutex_);
  is_closed_ = true;
  wake(lock);
}

void Inbound::end(Error answer) {
  responder_->answer(std::move(answer));
  Lock lock(mutex_);
  is_ended_ = true;
  wake(lock);  // the flow's half is destroyed where it lived
}

bool Inbound::is_full() {
  const Lock lock(mutex_);
  loop_waits_ = holds_too_much();
  return loop_waits_;
}

bool Inbound::is_late() {
  const Lock lock(mutex_);
  return !is_ended_ && !is_closed_ && deadline_.passed();
}

bool Inbound::is_stalled(PaceWatch::Time now, MinimumPace pace, std::size_t arriving,
                         bool we_are_behind) {
  const Lock lock(mutex_);
  if (is_ended_ || is_closed_) return false;
  if (!we_are_behind) return arrival_.is_too_slow(received_bytes_ + arriving, now, pace);
  arrival_.rest();
  return false;
}

std::optional<PaceWatch::Time> Inbound::silent_since() {
  const Lock lock(mutex_);
  const bool is_ours_to_do = is_ended_ || is_closed_ || is_running_ || !queue_.empty();
  return is_ours_to_do ? std::nullopt : std::optional(std::max(heard_, rested_));
}

bool Inbound::holds_too_much() const {
  return queued_bytes_ >= limits::stream_bytes_waiting_max ||
         queue_.size() >= limits::stream_messages_waiting_max;
}

void Inbound::wake(Lock& lock) {
  if (std::exchange(is_running_, true)) return;
  lock.unlock();
  dispatch_->post([self = shared_from_this()] { self->run(); });
}

// One message after the other, then it leaves the thread to others.
void Inbound::run() {
  Lock lock(mutex_);
  while (!is_ended_ && (!queue_.empty() || is_closed_)) {
    if (!step(lock)) is_ended_ = true;
  }
  is_running_ = false;
  rested_ = Deadline::Clock::now();
  if (!is_ended_) return;

  const std::deque<Message> dropped = std::exchange(queue_, {});
  const std::unique_ptr<InboundStream> ended = std::move(stream_);
  queued_bytes_ = 0;
  const bool tells_loop = std::exchange(loop_waits_, false);
  lock.unlock();
  if (tells_loop) call_loop_();
}

bool Inbound::step(Lock& lock) {
  const bool is_last = queue_.empty();
  Message message;
  if (!is_last) {
    message = std::move(queue_.front());
    queue_.pop_front();
    queued_bytes_ -= message.data.size();
  }
  const bool tells_loop = loop_waits_ && !holds_too_much();
  if (tells_loop) loop_waits_ = false;
  lock.unlock();
  if (tells_loop) call_loop_();
  const bool goes_on = begin() && (is_last ? finish() : receive(std::move(message)));
  lock.lock();
  return goes_on;
}

// Whether there is a flow to receive: the first message starts it.
bool Inbound::begin() {
  if (std::exchange(has_begun_, true)) return stream_ != nullptr;
  const Result<void> allowed = dispatch_->admit(row_, call_, deadline_);
  if (!allowed.ok()) return fail(allowed.error());
  Result<std::unique_ptr<InboundStream>> stream = row_.method.start_inbound(std::move(call_));
  if (!stream.ok()) return fail(stream.error());
  stream_ = std::move(*stream);
  CHANCERY_ASSERT(stream_);
  return true;
}

bool Inbound::receive(Message message) {
  const Result<void> received = stream_->receive(std::move(message.data));
  return received.ok() || fail(received.error());
}

bool Inbound::finish() {
  stream_->finish();
  return false;
}

bool Inbound::fail(const Error& error) {
  responder_->answer(error);
  return false;
}

}  // namespace chancery::daemon
