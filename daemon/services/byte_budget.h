// A bound on memory that several requests share, and on what one user takes of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

namespace chancery::daemon {

// Thread-safe. Shares live as long as whoever holds them; the budget may go first.
class ByteBudget {
 public:
  struct Bounds {
    std::size_t in_all;
    std::size_t of_one_user;
  };
  explicit ByteBudget(Bounds bounds) : used_(std::make_shared<Used>(bounds)) {}

  struct Answer {
    std::shared_ptr<void> share;  // none where that much is not left
    bool is_users_own = false;    // the bound that was reached, then
  };
  Answer take(std::uint32_t uid, std::size_t bytes) {
    const std::lock_guard lock(used_->mutex);
    const auto user = used_->by_user.find(uid);
    const std::size_t of_user = user == used_->by_user.end() ? 0 : user->second;
    if (of_user + bytes > used_->bounds.of_one_user) return {nullptr, true};
    if (used_->in_all + bytes > used_->bounds.in_all) return {nullptr, false};
    used_->in_all += bytes;
    used_->by_user[uid] += bytes;
    return {{used_.get(), [used = used_, uid, bytes](void*) { used->give_back(uid, bytes); }}};
  }

 private:
  struct Used {
    explicit Used(Bounds its_bounds) : bounds(its_bounds) {}
    void give_back(std::uint32_t uid, std::size_t bytes) {
      const std::lock_guard lock(mutex);
      in_all -= bytes;
      const auto user = by_user.find(uid);
      user->second -= bytes;
      if (user->second == 0) by_user.erase(user);
    }

    const Bounds bounds;
    std::mutex mutex;
    std::size_t in_all = 0;
    std::map<std::uint32_t, std::size_t> by_user;
  };
  const std::shared_ptr<Used> used_;
};

}  // namespace chancery::daemon
