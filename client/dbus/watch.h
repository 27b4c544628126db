// Asks the daemon, on a thread of its own: a daemon that hangs keeps nobody on the bus waiting.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

#include "chancery/v1/admin.pb.h"
#include "core/base/result.h"

namespace chancery::client {

class Watch {
 public:
  using Seen = std::function<void(const Result<v1::StatusReply>&)>;
  using Reloaded = std::function<void(const Result<v1::ReloadReply>&)>;

  // `seen` is called on the watch's thread: at once, then with each look, every second.
  Watch(std::filesystem::path socket, Seen seen);
  // Waits for the question under way.
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Any thread. `reloaded` is called on the watch's thread; the next look follows at once.
  void reload(Reloaded reloaded);

 private:
  void run();
  void look() const;

  const std::filesystem::path socket_;
  const Seen seen_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Reloaded> to_reload_;
  bool is_stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace chancery::client
