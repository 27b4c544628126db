#include "client/dbus/watch.h"

#include <utility>

#include "client/requests/ask.h"
#include "core/base/limits/command.h"

namespace chancery::client {

namespace {

// A connection for each question: what the daemon says of a lost one is of no use here.
template <typename Reply, typename Request>
Result<Reply> ask_admin(const std::filesystem::path& socket, std::string_view method,
                        const Request& request, std::chrono::seconds patience) {
  Link link(socket);
  return ask<Reply>(link, services::admin, method, request, Deadline::after(patience));
}

}  // namespace

Watch::Watch(std::filesystem::path socket, Seen seen, Reloaded reloaded)
    : socket_(std::move(socket)),
      seen_(std::move(seen)),
      reloaded_(std::move(reloaded)),
      thread_([this] { run(); }) {}

Watch::~Watch() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Watch::reload() {
  {
    const std::lock_guard lock(mutex_);
    ++to_reload_;
  }
  changed_.notify_one();
}

void Watch::run() {
  std::unique_lock lock(mutex_);
  while (!is_stopping_) {
    lock.unlock();
    look();
    lock.lock();
    changed_.wait_for(lock, limits::bus_look_interval,
                      [this] { return is_stopping_ || to_reload_ > 0; });
    for (; !is_stopping_ && to_reload_ > 0; --to_reload_) {
      lock.unlock();
      reloaded_(ask_admin<v1::ReloadReply>(socket_, "Reload", v1::ReloadRequest{},
                                           limits::bus_reload_wait_max));
      lock.lock();
    }
  }
}

void Watch::look() const {
  seen_(ask_admin<v1::StatusReply>(socket_, "Status", v1::StatusRequest{},
                                   limits::bus_look_wait_max));
}

}  // namespace chancery::client
