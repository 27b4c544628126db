#include "daemon/local_log/durable_files.h"

#include <cstdio>
#include <cstdlib>

#include "core/base/limits.h"

namespace chancery::daemon {
namespace {

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string temporary_name(const std::string& path) { return path + ".new"; }

}  // namespace

Result<void> DurableFiles::put(const std::vector<NamedFile>& batch) {
  std::set<std::string> to_sync;  // directories
  std::vector<std::string> made;
  if (known_.size() > limits::log_known_directories_max) known_.clear();
  for (const NamedFile& file : batch) {
    TRY(make_parents(file.path, to_sync));
    TRY(files_.write(temporary_name(file.path), file.content));
  }
  for (const NamedFile& file : batch) sync(temporary_name(file.path));
  for (const NamedFile& file : batch) {
    TRY(files_.rename(temporary_name(file.path), file.path));
    to_sync.insert(parent_of(file.path));
  }
  for (const std::string& directory : to_sync) sync(directory);
  for (const NamedFile& file : batch) {
    for (std::string path = parent_of(file.path); !path.empty(); path = parent_of(path)) {
      known_.insert(path);
    }
  }
  return {};
}

Result<void> DurableFiles::remove_directory(const std::string& path) {
  known_.erase(path);
  return files_.remove_directory(path);
}

Result<void> DurableFiles::make_parents(const std::string& path, std::set<std::string>& to_sync) {
  const std::string directory = parent_of(path);
  if (directory.empty() || known_.contains(directory)) return {};
  TRY(make_parents(directory, to_sync));
  TRY(files_.make_directory(directory));
  // Also where it was there: the process that made it may have ended before it synced the name.
  to_sync.insert(parent_of(directory));
  return {};
}

void DurableFiles::sync(const std::string& path) {
  const Result<void> synced = files_.sync(path);
  if (synced.ok()) return;
  std::fprintf(stderr, "local log: %s\n", synced.error().message.c_str());
  std::abort();
}

}  // namespace chancery::daemon
