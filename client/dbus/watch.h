// Asks the daemon, on a thread of its own: a daemon that hangs keeps nobody on the bus waiting.
#pragma once

#include <condition_variable>
#include <cstddef>
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

  // Both are called on the watch's thread: `seen` at once, then with each look, every second;
  // `reloaded` for each reload(), in their order.
  Watch(std::filesystem::path socket, Seen seen, Reloaded reloaded);
  // Waits for the question under way.
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Any thread. The next look follows at once.
  void reload();

 private:
  void run();
  void look() const;

  const std::filesystem::path socket_;
  const Seen seen_;
  const Reloaded reloaded_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t to_reload_ = 0;
  bool is_stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace chancery::client
