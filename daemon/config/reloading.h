// Takes over what the configuration's file says now.
#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <string>

#include "daemon/config/current.h"

namespace chancery::daemon {

// Reads and judges a configuration file.
using LoadConfig = std::function<Result<Config>(const std::filesystem::path&)>;

// Thread-safe; one reload after another, so that of two the one that read later holds. Borrows the
// configuration.
class Reloading {
 public:
  Reloading(CurrentConfig& config, LoadConfig load) : config_(config), load_(std::move(load)) {}

  // A bad one is remembered, and the old one stays in force. `record` is told what came of it, and
  // what it records stands in the order in which the configurations held. Errors: those of `load`;
  // invalid_request RESTART_NEEDED.
  Result<void> reload(const std::function<void(const Result<void>&)>& record);
  // Why the last one came to nothing; empty: it did not.
  std::string trouble() const;

 private:
  Result<void> load_again();

  CurrentConfig& config_;
  const LoadConfig load_;
  std::mutex reloading_;
  mutable std::mutex mutex_;
  std::string trouble_;
};

}  // namespace chancery::daemon
