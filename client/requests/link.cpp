#include "client/requests/link.h"

#include <algorithm>
#include <thread>

#include "core/base/limits/command.h"

namespace chancery::client {

namespace {

constexpr unsigned doublings_max = 10;

std::chrono::milliseconds retry_delay(unsigned troubles) {
  const auto delay = limits::client_retry_delay_min * (1U << std::min(troubles, doublings_max));
  return std::min<std::chrono::milliseconds>(delay, limits::client_retry_delay_max);
}

}  // namespace

bool may_retry(ErrorCode code) {
  return code == ErrorCode::unavailable || code == ErrorCode::outcome_unknown ||
         code == ErrorCode::exhausted;
}

Result<std::shared_ptr<Connection>> Link::connection(Deadline deadline) {
  while (connection_ == nullptr) {
    auto opened = Connection::open(socket_, deadline);
    if (opened.ok()) {
      connection_ = std::move(opened).value();
      was_connected_ = true;
    } else if (!was_connected_ || !may_retry(opened.error().code) || !wait(deadline)) {
      return opened.error();
    }
  }
  return connection_;
}

bool Link::try_again(const std::shared_ptr<Connection>& used, const Error& error,
                     Deadline deadline) {
  if (!may_retry(error.code)) return false;
  // Another request has already found this connection wanting, and waited.
  if (used != connection_) return !deadline.passed();
  if (!wait(deadline)) return false;
  connection_.reset();
  return true;
}

bool Link::wait(Deadline deadline) {
  const auto delay = retry_delay(troubles_++);
  if (deadline.remaining() <= delay) return false;
  std::this_thread::sleep_for(delay);
  return true;
}

}  // namespace chancery::client
