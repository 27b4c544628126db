// A server with a few toy methods on a socket of its own, and its event loop in a thread.
#pragma once

#include <sys/types.h>
#include <systemd/sd-event.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "daemon/server/server.h"
#include "tests/support/temporary_directory.h"

namespace chancery::daemon {

// Holds calls until a test lets them go.
class Latch {
 public:
  void hold(std::shared_ptr<Responder> responder);
  void wait_for(std::size_t held);
  void release_all(const std::string& answer = "released");

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<Responder>> held_;
};

// toy.Toy has: Echo, Fail (its reason is the payload), Drop, Hold, Administer, Swell (an
// answer of 5 MiB),
// Join (client stream), Count (server stream: the payload is how many, each of 64 KiB).
class ToyServer {
 public:
  // Serves `more` besides.
  explicit ToyServer(const ServerLimits& limits = {}, std::vector<Method> more = {},
                     unsigned threads = 4);
  ~ToyServer();

  const std::filesystem::path& socket() const { return socket_; }
  Latch& latch() { return latch_; }
  std::atomic<int>& begun_streams() { return begun_streams_; }
  std::atomic<int>& ended_streams() { return ended_streams_; }
  Pool& pool() { return pool_; }
  ServerCounts counts() const { return server_->counts(); }
  // Runs `work` on the event loop and waits for it.
  void on_loop(const std::function<void(Server&)>& work);
  // Waits until it holds; looks at it on the event loop.
  void wait_until(const std::function<bool(Server&)>& condition);

 private:
  std::vector<Method> methods(std::vector<Method> more);
  void run();

  testing::TemporaryDirectory directory_;
  const std::filesystem::path socket_ = directory_ / "toy.sock";
  Latch latch_;
  std::atomic<int> begun_streams_ = 0;
  std::atomic<int> ended_streams_ = 0;
  Pool pool_;
  sd_event* event_ = nullptr;
  std::unique_ptr<Server> server_;
  std::mutex mutex_;
  std::vector<std::function<void()>> work_;
  wire::Descriptor wake_;
  std::thread loop_;
};

}  // namespace chancery::daemon
