#include "client/requests/link.h"

#include <thread>

#include "client/requests/retry_delay.h"

namespace chancery::client {

bool may_retry(ErrorCode code) {
  return code == ErrorCode::unavailable || code == ErrorCode::outcome_unknown ||
         code == ErrorCode::exhausted;
}

bool is_full(ErrorCode code) { return code == ErrorCode::exhausted; }

Result<std::shared_ptr<Connection>> Link::connection(Deadline deadline) {
  while (connection_ == nullptr) {
    auto opened = Connection::open(socket_, deadline);
    if (opened.ok()) {
      connection_ = std::move(opened).value();
      was_connected_ = true;
    } else if (!was_connected_ || !may_retry(opened.error().code) ||
               !wait(opened.error(), deadline)) {
      return opened.error();
    }
  }
  return connection_;
}

bool Link::try_again(const std::shared_ptr<Connection>& used, const Error& error,
                     Deadline deadline) {
  if (!may_retry(error.code) || !was_connected_) return false;
  // Another request has already found this connection wanting, and waited.
  if (used != connection_) return !deadline.passed();
  if (!wait(error, deadline)) return false;
  connection_.reset();
  return true;
}

bool Link::wait(const Error& error, Deadline deadline) {
  const double chance = std::uniform_real_distribution<>(0, 1)(random_);
  const auto delay = retry_delay_within(deadline.remaining(), error, troubles_++, chance);
  if (!delay) return false;
  std::this_thread::sleep_for(*delay);
  return true;
}

}  // namespace chancery::client
