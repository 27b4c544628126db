// An HTTP server of a test's own making: every request on loopback meets a function of the test.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/sockets/acceptor.h"
#include "wire/descriptor.h"

namespace chancery::testing {

struct SeenRequest {
  std::string method;
  std::string path;
  std::string headers;  // as they came, line by line
  std::string body;
};

// What the server does with one request: bytes as they are, status line and all, and then?
struct Reply {
  enum class Then { keep, close, reset, stall, repeat };
  std::string bytes;
  Then then = Then::keep;

  static Reply answer(int status, std::string_view body, std::string_view headers = "");
  static Reply hang_up() { return {"", Then::close}; }
  static Reply stall() { return {"", Then::stall}; }  // until the client goes
};

// Listens from the first to the last moment of its life. The script runs on the server's threads,
// never twice at once.
class ScriptedServer {
 public:
  using Script = std::function<Reply(const SeenRequest&)>;

  explicit ScriptedServer(Script script);

  std::string url(std::string_view path = "") const;  // "http://127.0.0.1:PORT/path"
  std::vector<SeenRequest> seen() const;
  // What `look` finds while no script runs. Not from within one.
  template <typename Look>
  auto while_still(Look look) const {
    const std::lock_guard lock(mutex_);
    return look();
  }
  std::size_t connections() const { return acceptor_.connections(); }
  void stop_listening() { acceptor_.stop_listening(); }

 private:
  ScriptedServer(Script script, wire::Descriptor bound);
  void serve(int connection);
  bool react(int connection, SeenRequest request);

  Script script_;
  std::uint16_t port_;
  mutable std::mutex mutex_;
  std::vector<SeenRequest> seen_;
  Acceptor acceptor_;
};

// Both sides of an exchange pass here before and after it, so that each sees what the other has
// done: of a socket between two threads the thread sanitiser knows nothing.
void meet();

// A port of loopback where nobody listens.
std::uint16_t free_port();

}  // namespace chancery::testing
