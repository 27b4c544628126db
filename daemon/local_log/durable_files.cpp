#include "daemon/local_log/durable_files.h"

#include <cstdio>
#include <cstdlib>

#include "core/base/limits/local_log.h"

namespace chancery::daemon {
namespace {

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string temporary_name(const std::string& path) { return path + ".new"; }

}  // namespace

Result<void> DurableFiles::prepare(const std::vector<NamedFile>& files) {
  for (const NamedFile& file : files) {
    TRY(make_parents(file.path));
    TRY(files_.write(temporary_name(file.path), file.content));
  }
  for (const NamedFile& file : files) sync(temporary_name(file.path));
  return {};
}

Result<void> DurableFiles::reveal(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    TRY(files_.rename(temporary_name(path), path));
    changed_.insert(parent_of(path));
  }
  for (const std::string& directory : changed_) sync(directory);
  changed_.clear();
  if (known_.size() > limits::log_known_directories_max) known_.clear();
  for (const std::string& path : paths) {
    for (std::string above = parent_of(path); !above.empty(); above = parent_of(above)) {
      known_.insert(above);
    }
  }
  return {};
}

Result<void> DurableFiles::put(const NamedFile& file) {
  TRY(prepare({file}));
  return reveal({file.path});
}

Result<void> DurableFiles::remove_directory(const std::string& path) {
  known_.erase(path);
  return files_.remove_directory(path);
}

Result<void> DurableFiles::make_parents(const std::string& path) {
  const std::string directory = parent_of(path);
  if (directory.empty() || known_.contains(directory)) return {};
  TRY(make_parents(directory));
  TRY(files_.make_directory(directory));
  // Also where it was there: the process that made it may have ended before it synced the name.
  changed_.insert(parent_of(directory));
  return {};
}

void DurableFiles::sync(const std::string& path) {
  const Result<void> synced = files_.sync(path);
  if (synced.ok()) return;
  std::fprintf(stderr, "local log: %s\n", synced.error().message.c_str());
  std::abort();
}

}  // namespace chancery::daemon
