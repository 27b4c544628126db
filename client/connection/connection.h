// A connection to the daemon: calls, many at once if wanted, and streams.
//
// Errors are the daemon's own, code and reason, and these:
//   unavailable DAEMON_UNREACHABLE, denied SOCKET_DENIED   open() found nobody, or may not
//   unavailable CONNECTION_LOST      before the request was wholly sent: nothing happened
//   outcome_unknown CONNECTION_LOST  after it
//   unavailable, outcome_unknown DEADLINE_PASSED           likewise
// After CONNECTION_LOST a Connection is of no more use: open another.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/deadline.h"
#include "core/base/result.h"

namespace chancery::client {

class Channel;
struct Stream;

// A stream under way. Dropped before its end it is forgotten, not undone.
class OpenStream {
 public:
  OpenStream(Channel& channel, std::shared_ptr<Stream> stream)
      : channel_(&channel), stream_(std::move(stream)) {}
  OpenStream(OpenStream&&) noexcept = default;
  OpenStream& operator=(OpenStream&&) = delete;
  ~OpenStream();

 protected:
  Channel* channel_;
  std::shared_ptr<Stream> stream_;
};

// A unary request under way.
class PendingCall : public OpenStream {
 public:
  using OpenStream::OpenStream;
  // The serialised reply. Call it once.
  Result<std::string> wait();
};

// A client stream: send() each message, then finish() once.
class Upload : public OpenStream {
 public:
  using OpenStream::OpenStream;
  // Blocks while the daemon is slow. An error is final, and may be the daemon's early answer.
  Result<void> send(std::string_view message);
  Result<std::string> finish();
};

// A server stream: next() until it has nothing, or an error.
class Download : public OpenStream {
 public:
  using OpenStream::OpenStream;
  Result<std::optional<std::string>> next();
};

// Every function may be called by any thread; the connection outlives what it has given out.
class Connection {
 public:
  static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& socket,
                                                  Deadline deadline);
  ~Connection();

  // `service` is "chancery.v1.Signer", `method` "Sign", `payload` a serialised message. The daemon
  // is told a little less than `deadline`, so that its answer at the last moment still arrives.
  Result<std::string> call(std::string_view service, std::string_view method, std::string payload,
                           Deadline deadline);

  // Sends now; failures too are told by PendingCall::wait().
  PendingCall submit(std::string_view service, std::string_view method, std::string payload,
                     Deadline deadline);
  Upload upload(std::string_view service, std::string_view method, Deadline deadline);
  Download download(std::string_view service, std::string_view method, std::string payload,
                    Deadline deadline);

 private:
  explicit Connection(std::unique_ptr<Channel> channel);
  std::unique_ptr<Channel> channel_;
};

}  // namespace chancery::client
