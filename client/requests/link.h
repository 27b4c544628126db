// A connection that comes back: a daemon that restarts costs a wait, not the work.
#pragma once

#include <filesystem>
#include <memory>
#include <random>

#include "client/connection/connection.h"

namespace chancery::client {

// Whether the same request may be sent again, by what the code promises. Where the outcome is
// unknown the request must carry an idempotency key.
bool may_retry(ErrorCode code);
// Nothing happened, whatever was asked for: a limit of the daemon's is reached.
bool is_full(ErrorCode code);

// One thread.
class Link {
 public:
  explicit Link(std::filesystem::path socket) : socket_(std::move(socket)) {}

  // The connection in use, opened where there is none. A daemon that never answered is reported at
  // once; one that was there before is waited for, until the deadline.
  Result<std::shared_ptr<Connection>> connection(Deadline deadline);

  // Whether a request that failed on `used` may be sent again before the deadline. It has waited
  // then, longer each time and as long as the daemon says, and connection() is another one.
  bool try_again(const std::shared_ptr<Connection>& used, const Error& error, Deadline deadline);

  // An answer came: the next trouble begins with a short wait again.
  void note_success() { troubles_ = 0; }

 private:
  bool wait(const Error& error, Deadline deadline);

  std::filesystem::path socket_;
  std::shared_ptr<Connection> connection_;
  bool was_connected_ = false;
  unsigned troubles_ = 0;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace chancery::client
