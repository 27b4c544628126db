// A daemon of a test's own making: a socket where every request meets a function of the test.
#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "tests/support/sockets/acceptor.h"
#include "wire/message.h"

namespace chancery::testing {

// What the daemon does with one request.
struct Reaction {
  std::vector<std::string> messages;          // of a server stream, before its end
  std::optional<Result<std::string>> answer;  // of a unary call
  bool hangs_up = false;                      // afterwards the connection is closed

  static Reaction reply(std::string payload) { return {{}, Result(std::move(payload)), false}; }
  static Reaction refuse(Error error) { return {{}, Result<std::string>(std::move(error)), false}; }
  static Reaction stream(std::vector<std::string> messages) {
    return {std::move(messages), std::nullopt, false};
  }
  static Reaction hang_up() { return {{}, std::nullopt, true}; }
};

// Listens from the first to the last moment of its life. The script runs on the daemon's threads,
// never twice at once.
class ScriptedDaemon {
 public:
  using Script = std::function<Reaction(const wire::Request&)>;

  ScriptedDaemon(const std::filesystem::path& socket, Script script);

  std::size_t connections() const { return acceptor_.connections(); }

 private:
  void serve(int connection);
  bool react(int connection, std::uint32_t stream_id, const wire::Request& request);

  Script script_;
  std::mutex mutex_;
  Acceptor acceptor_;
};

}  // namespace chancery::testing
