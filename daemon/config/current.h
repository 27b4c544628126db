// The configuration in force: a whole snapshot, replaced at once by a reload.
#pragma once

#include <memory>
#include <mutex>

#include "daemon/config/config.h"

namespace chancery::daemon {

// Thread-safe. A request keeps the snapshot that it began with.
class CurrentConfig {
 public:
  explicit CurrentConfig(Config config) : config_(std::make_shared<Config>(std::move(config))) {}

  std::shared_ptr<const Config> get() const {
    const std::lock_guard lock(mutex_);
    return config_;
  }
  void replace(Config config) {
    auto next = std::make_shared<const Config>(std::move(config));
    const std::lock_guard lock(mutex_);
    config_ = std::move(next);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Config> config_;
};

}  // namespace chancery::daemon
