#include "daemon/config/reload.h"

#include <algorithm>

namespace chancery::daemon {
namespace {

class Changes {
 public:
  template <typename Value>
  void compare(const Value& running, const Value& wanted, std::string what) {
    if (running != wanted) reasons_.push_back(std::move(what));
  }
  void add(std::string what) { reasons_.push_back(std::move(what)); }
  std::vector<std::string> take() { return std::move(reasons_); }

 private:
  std::vector<std::string> reasons_;
};

const BackendSection* find_backend(const Config& config, const std::string& name) {
  const auto found = std::ranges::find(
      config.backends, name, [](const BackendSection& backend) { return backend.config.name; });
  return found == config.backends.end() ? nullptr : &*found;
}

// The order in which options are written means nothing.
bool same_backend(const BackendSection& a, const BackendSection& b) {
  auto options = a.config.options;
  auto others = b.config.options;
  std::ranges::sort(options);
  std::ranges::sort(others);
  return a.type == b.type && options == others;
}

void compare_backends(const Config& running, const Config& wanted, Changes& changes) {
  for (const BackendSection& backend : running.backends) {
    const BackendSection* other = find_backend(wanted, backend.config.name);
    if (other == nullptr) {
      changes.add("[[backend]] \"" + backend.config.name + "\" is gone");
    } else if (!same_backend(backend, *other)) {
      changes.add("[[backend]] \"" + backend.config.name + "\" has changed");
    }
  }
  for (const BackendSection& backend : wanted.backends) {
    if (find_backend(running, backend.config.name) == nullptr) {
      changes.add("[[backend]] \"" + backend.config.name + "\" is new");
    }
  }
}

// Services elsewhere: their connections, and how they answer, are kept as long as the daemon runs.
template <typename Section>
void compare_sections(const std::vector<Section>& running, const std::vector<Section>& wanted,
                      const std::string& kind, Changes& changes) {
  const auto same = [](Section a, const Section& b) {
    a.line = b.line;  // where it stands means nothing
    return a == b;
  };
  if (std::ranges::equal(running, wanted, same)) return;
  changes.add("a " + kind + " section is new, gone or changed");
}

}  // namespace

std::vector<std::string> find_restart_reasons(const Config& running, const Config& wanted) {
  Changes changes;
  changes.compare(running.socket, wanted.socket, "[server] socket has changed");
  changes.compare(running.socket_mode, wanted.socket_mode, "[server] socket_mode has changed");
  changes.compare(running.state_directory, wanted.state_directory,
                  "[state] directory has changed: the journal and the log would have to move");
  changes.compare(running.log.origin, wanted.log.origin,
                  "[log] origin has changed: a log keeps its name; a new name is a new log in a "
                  "new state directory");
  changes.compare(running.log.backend, wanted.log.backend, "[log] backend has changed");
  changes.compare(running.log.key, wanted.log.key, "[log] key has changed");
  changes.compare(running.log.publish_interval, wanted.log.publish_interval,
                  "[log] publish_interval_ms has changed");
  changes.compare(running.remote.ca_file, wanted.remote.ca_file, "[remote] ca_file has changed");
  compare_sections(running.remote.logs, wanted.remote.logs, "[[rekor]]", changes);
  compare_sections(running.remote.authorities, wanted.remote.authorities, "[[timestamp_authority]]",
                   changes);
  compare_backends(running, wanted, changes);
  return changes.take();
}

}  // namespace chancery::daemon
