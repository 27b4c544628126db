#include "daemon/server/outbox.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "core/base/limits/socket.h"

namespace chancery::daemon {
Outbox::Outbox(wire::Descriptor socket, std::shared_ptr<Meter> unsent_bytes,
               std::function<void()> call_loop)
    : meter_(std::move(unsent_bytes)),
      call_loop_(std::move(call_loop)),
      socket_(std::move(socket)) {}

Outbox::~Outbox() { close(); }

void Outbox::push(std::string frame) {
  Lock lock(mutex_);
  if (is_closed_ || is_broken_) return;
  if (!meter_->take(frame.size())) {
    is_broken_ = true;
    return finish(lock, true);
  }
  pushed_ = Deadline::Clock::now();
  unsent_bytes_ += frame.size();
  unsent_.push_back(std::move(frame));
  if (is_writing_ || is_blocked_) return;  // whoever writes, or flush(), takes it along
  write_out(lock);
  finish(lock, is_blocked_ || is_broken_);
}

bool Outbox::has_room(std::function<void()> when_room) {
  const Lock lock(mutex_);
  if (is_closed_ || unsent_bytes_ < limits::unsent_bytes_wanted) return true;
  waiting_for_room_.push_back(std::move(when_room));
  return false;
}

bool Outbox::is_closed() const {
  const Lock lock(mutex_);
  return is_closed_;
}

Outbox::State Outbox::state() const {
  const Lock lock(mutex_);
  return {unsent_.empty(), is_blocked_, is_blocked_ && unsent_bytes_ >= limits::unsent_bytes_wanted,
          is_broken_, pushed_};
}

void Outbox::flush() {
  Lock lock(mutex_);
  if (is_writing_ || is_closed_) return;
  is_blocked_ = false;
  write_out(lock);
  finish(lock, false);
}

bool Outbox::is_stalled(Deadline::Clock::time_point now, MinimumPace pace) {
  const Lock lock(mutex_);
  if (!unsent_.empty()) return reading_.is_too_slow(sent_bytes_, now, pace);
  reading_.rest();
  return false;
}

void Outbox::close() {
  Lock lock(mutex_);
  is_closed_ = true;
  if (!is_writing_) drop_all();
  finish(lock, false);
}

void Outbox::write_out(Lock& lock) {
  is_writing_ = true;
  while (!unsent_.empty() && !is_blocked_ && !is_broken_ && !is_closed_) send_some(lock);
  is_writing_ = false;
  if (is_closed_) drop_all();
}

void Outbox::send_some(Lock& lock) {
  std::array<iovec, limits::frames_per_write_max> parts;
  const std::size_t count = std::min(unsent_.size(), parts.size());
  for (std::size_t i = 0; i < count; ++i) parts[i] = {unsent_[i].data(), unsent_[i].size()};
  parts[0].iov_base = unsent_[0].data() + front_sent_bytes_;
  parts[0].iov_len -= front_sent_bytes_;
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;

  // A deque keeps its elements in place while others push behind them.
  lock.unlock();
  const ssize_t sent = ::sendmsg(socket_.number(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  const int error = errno;
  lock.lock();
  if (sent >= 0) {
    count_sent(static_cast<std::size_t>(sent));
  } else if (error == EAGAIN) {
    is_blocked_ = true;
  } else if (error != EINTR) {
    is_broken_ = true;
  }
}

void Outbox::count_sent(std::size_t bytes) {
  sent_bytes_ += bytes;
  unsent_bytes_ -= bytes;
  meter_->give_back(bytes);
  front_sent_bytes_ += bytes;
  while (!unsent_.empty() && front_sent_bytes_ >= unsent_.front().size()) {
    front_sent_bytes_ -= unsent_.front().size();
    unsent_.pop_front();
  }
}

void Outbox::drop_all() {
  socket_.close();
  meter_->give_back(std::exchange(unsent_bytes_, 0));
  unsent_.clear();
}

// Leaves the mutex and tells those who wait for a change.
void Outbox::finish(Lock& lock, bool calls_loop) {
  std::vector<std::function<void()>> ready;
  if (is_closed_ || unsent_bytes_ < limits::unsent_bytes_wanted) ready.swap(waiting_for_room_);
  lock.unlock();
  if (calls_loop) call_loop_();
  for (const auto& when_room : ready) when_room();
}

}  // namespace chancery::daemon
