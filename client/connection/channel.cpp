#include "client/connection/channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/limits/command.h"
#include "core/base/limits/socket.h"

namespace chancery::client {
namespace {

int poll_timeout_ms(Deadline deadline) {
  return static_cast<int>(
      std::min<std::chrono::milliseconds>(deadline.remaining(), limits::client_poll_max).count());
}

std::chrono::nanoseconds timeout_for(Deadline deadline) {
  const std::chrono::nanoseconds left = deadline.when() - Deadline::Clock::now();
  const std::chrono::nanoseconds margin =
      std::min<std::chrono::nanoseconds>(left / 10, limits::client_answer_margin_max);
  return std::max(left - margin, std::chrono::nanoseconds(1));
}

}  // namespace

std::shared_ptr<Stream> Channel::begin(std::uint8_t flags, const wire::Request& request,
                                       Deadline deadline, bool takes_messages) {
  const std::lock_guard writing(writing_);
  auto stream = std::make_shared<Stream>(next_id_, takes_messages, deadline);
  wire::Request timed = request;
  timed.timeout = timeout_for(deadline);
  Result<std::string> frame = wire::build_request(stream->id, flags, timed);
  if (!frame.ok()) {
    stream->answer = frame.error();
    return stream;
  }
  next_id_ += 2;  // ttrpc: a client's stream ids are odd and rise
  {
    const std::lock_guard lock(mutex_);
    streams_.emplace(stream->id, stream);
  }
  const Written written = write(*frame, deadline);
  const std::lock_guard lock(mutex_);
  stream->is_sent = written == Written::whole && flags != wire::flags::remote_open;
  note(written, *stream);
  return stream;
}

Result<void> Channel::send(Stream& stream, std::string_view frame, bool is_last) {
  // The daemon may refuse in mid-stream: then it wants no more of it.
  if (std::optional<Error> refusal = look_for_refusal(stream)) return *refusal;
  const std::lock_guard writing(writing_);
  const Written written = write(frame, stream.deadline);
  Lock lock(mutex_);
  if (written == Written::whole) stream.is_sent = is_last;
  note(written, stream);
  while (written == Written::lost && !stream.answer) wait_until_changed(lock, stream);
  if (stream.answer && !stream.answer->ok()) return stream.answer->error();
  return {};
}

std::optional<Error> Channel::look_for_refusal(Stream& stream) {
  Lock lock(mutex_);
  if (!is_reading_ && !lost_) {
    is_reading_ = true;
    read_once(lock, Deadline::after({}));
    is_reading_ = false;
    pass_reading_on();
  }
  if (stream.answer && !stream.answer->ok()) return stream.answer->error();
  return std::nullopt;
}

Result<std::string> Channel::wait_for_answer(Stream& stream) {
  Lock lock(mutex_);
  while (!stream.answer) wait_until_changed(lock, stream);
  pass_reading_on();
  return *std::exchange(stream.answer, std::nullopt);
}

Result<std::optional<std::string>> Channel::wait_for_message(Stream& stream) {
  Lock lock(mutex_);
  while (!stream.answer && stream.messages.empty()) wait_until_changed(lock, stream);
  pass_reading_on();
  if (stream.messages.empty()) {
    if (!stream.answer->ok()) return stream.answer->error();
    return std::optional<std::string>();
  }
  std::optional<std::string> message = std::move(stream.messages.front());
  stream.messages.pop_front();
  return message;
}

void Channel::forget(const Stream& stream) {
  const std::lock_guard lock(mutex_);
  streams_.erase(stream.id);
}

void Channel::note(Written written, Stream& stream) const {
  if (stream.answer) return;
  if (written == Written::late) stream.answer = late(stream);
  if (written == Written::torn) {
    stream.answer = unavailable("CONNECTION_LOST",
                                "an earlier request was cut off by its deadline: open another "
                                "connection");
  }
}

Channel::Written Channel::write(std::string_view frame, Deadline deadline) {
  if (is_torn_) return Written::torn;
  const std::size_t whole = frame.size();
  while (!frame.empty()) {
    const ssize_t count =
        ::send(socket_.number(), frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0) {
      frame.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      if (wait_until_writable(deadline)) continue;
      is_torn_ = frame.size() < whole;
      return Written::late;
    } else if (errno != EINTR) {
      return Written::lost;  // what the daemon said before it closed is still to be read
    }
  }
  return Written::whole;
}

// The daemon reads no more from a client that does not read its answers: so read while waiting.
bool Channel::wait_until_writable(Deadline deadline) {
  while (!deadline.passed()) {
    pollfd entry{socket_.number(), POLLOUT, 0};
    Lock lock(mutex_);
    const bool may_read = !is_reading_ && !lost_;
    if (may_read) {
      entry.events |= POLLIN;
      is_reading_ = true;
    }
    lock.unlock();
    const int ready = ::poll(&entry, 1,
                             std::min(poll_timeout_ms(deadline),
                                      static_cast<int>(limits::client_full_socket_look.count())));
    lock.lock();
    if (may_read) {
      if (ready > 0 && (entry.revents & POLLIN) != 0) read_once(lock, Deadline::after({}));
      is_reading_ = false;
      pass_reading_on();
    }
    if (lost_ || (ready > 0 && (entry.revents & ~POLLIN) != 0)) return true;
  }
  return false;
}

// Reads, or waits for the one who does. Returns now and then without a change.
void Channel::wait_until_changed(Lock& lock, Stream& stream) {
  if (lost_) {
    stream.answer = lost(stream);
  } else if (stream.deadline.passed()) {
    stream.answer = late(stream);
  } else if (!is_reading_) {
    is_reading_ = true;
    read_once(lock, stream.deadline);
    is_reading_ = false;
  } else {
    waiting_.insert(&stream);
    stream.changed.wait_until(lock, stream.deadline.when());
    waiting_.erase(&stream);
  }
}

void Channel::read_once(Lock& lock, Deadline deadline) {
  lock.unlock();
  pollfd entry{socket_.number(), POLLIN, 0};
  ssize_t count = -1;
  int error = EAGAIN;
  if (::poll(&entry, 1, poll_timeout_ms(deadline)) > 0) {
    count = ::recv(socket_.number(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    error = errno;
  }
  lock.lock();
  if (count > 0) {
    deliver(ByteView(buffer_).first(static_cast<std::size_t>(count)));
  } else if (count == 0) {
    lose("the daemon closed the connection");
  } else if (error != EAGAIN && error != EINTR) {
    lose(std::strerror(error));
  }
}

void Channel::deliver(ByteView bytes) {
  while (true) {
    const wire::FrameReader::Event event = reader_.advance(bytes);
    if (event == wire::FrameReader::Event::starved) return;
    if (reader_.header().data_bytes > limits::frame_bytes_max) {
      return lose("the daemon sent a frame longer than ttrpc allows");
    }
    const auto found = streams_.find(reader_.header().stream_id);
    if (event == wire::FrameReader::Event::frame) {
      if (found != streams_.end()) deliver_frame(*found->second);
    } else if (found == streams_.end()) {
      reader_.skip_data();  // nobody waits for it any more
    }
  }
}

void Channel::deliver_frame(Stream& stream) {
  const wire::FrameHeader& header = reader_.header();
  if (stream.answer) return;
  if (header.type == wire::FrameType::response) {
    stream.answer = wire::parse_response(reader_.take_data());
  } else if (header.type != wire::FrameType::data || !stream.takes_messages) {
    stream.answer = corrupt("ANSWER_MALFORMED", "the daemon sent a frame that has no place here");
  } else {
    if ((header.flags & wire::flags::no_data) == 0) stream.messages.push_back(reader_.take_data());
    if ((header.flags & wire::flags::remote_closed) != 0) stream.answer = std::string();
  }
  stream.changed.notify_one();
}

void Channel::lose(const std::string& why) {
  lost_ = why;
  for (Stream* waiting : waiting_) waiting->changed.notify_one();
}

void Channel::pass_reading_on() {
  if (!is_reading_ && !waiting_.empty()) (*waiting_.begin())->changed.notify_one();
}

Error Channel::late(const Stream& stream) const {
  if (stream.is_sent) {
    return outcome_unknown("DEADLINE_PASSED", "the daemon did not answer before the deadline");
  }
  return unavailable("DEADLINE_PASSED", "the daemon did not take the request before the deadline");
}

Error Channel::lost(const Stream& stream) const {
  const std::string message = "the connection to the daemon is lost: " + *lost_;
  if (stream.is_sent) return outcome_unknown("CONNECTION_LOST", message);
  return unavailable("CONNECTION_LOST", message);
}

}  // namespace chancery::client
