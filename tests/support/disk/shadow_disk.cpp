#include "tests/support/disk/shadow_disk.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "core/base/result.h"

namespace chancery::testing {
namespace {

// What a disk writes whole.
constexpr std::size_t sector_bytes = 512;

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

bool is_in(const std::string& path, const std::string& directory) {
  return directory.empty() || path == directory || path.starts_with(directory + "/");
}

}  // namespace

void ShadowDisk::create(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (names_.contains(path)) return;
  change_name(path, [path, file = std::make_shared<File>()](Names& names) { names[path] = file; });
  done();
}

void ShadowDisk::make_directory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (names_.contains(path)) return;
  change_name(path, [path](Names& names) { names[path] = nullptr; });
  done();
}

void ShadowDisk::write(const std::string& path, std::uint64_t offset, ByteView bytes) {
  const std::lock_guard lock(mutex_);
  names_.at(path)->unsynced.push_back({false, offset, to_bytes(bytes)});
  done();
}

void ShadowDisk::truncate(const std::string& path, std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  names_.at(path)->unsynced.push_back({true, size, {}});
  done();
}

void ShadowDisk::rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  CHANCERY_ASSERT(names_.contains(from));
  change_name(to, [from, to](Names& names) {
    const auto moved = names.extract(from);
    if (!moved.empty()) names[to] = moved.mapped();
  });
  done();
}

void ShadowDisk::remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  change_name(path, [path](Names& names) {
    std::erase_if(names, [&path](const auto& entry) { return is_in(entry.first, path); });
  });
  done();
}

void ShadowDisk::sync(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (!is_lie(path)) {
    File& file = *names_.at(path);
    for (const Change& change : file.unsynced) apply(change, file.synced);
    file.unsynced.clear();
  }
  done();
}

void ShadowDisk::sync_names(const std::string& directory) {
  const std::lock_guard lock(mutex_);
  if (!is_lie(directory)) {
    std::vector<NameChange> left;
    for (NameChange& change : name_changes_) {
      if (change.directory == directory) {
        change.apply(synced_names_);
      } else {
        left.push_back(std::move(change));
      }
    }
    name_changes_ = std::move(left);
  }
  done();
}

bool ShadowDisk::is_directory(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = names_.find(path);
  return path.empty() || (found != names_.end() && found->second == nullptr);
}

void ShadowDisk::change_name(const std::string& path, std::function<void(Names&)> apply) {
  apply(names_);
  name_changes_.push_back({parent_of(path), std::move(apply)});
}

bool ShadowDisk::is_lie(const std::string& path) {
  const std::size_t nth = syncs_++;
  return lie_ && lie_(path, nth);
}

void ShadowDisk::done() {
  const std::size_t operation = operations_++;
  if (observer_) observer_(operation);
}

void ShadowDisk::apply(const Change& change, Bytes& content) {
  if (change.is_truncation) {
    content.resize(change.offset);
    return;
  }
  content.resize(std::max<std::size_t>(content.size(), change.offset + change.bytes.size()));
  std::copy(change.bytes.begin(), change.bytes.end(),
            content.begin() + static_cast<std::ptrdiff_t>(change.offset));
}

Bytes ShadowDisk::content_after(const File& file, const PowerLoss& loss, std::mt19937& random) {
  Bytes content = file.synced;
  if (loss.kind == PowerLoss::Kind::everything_unsynced) return content;
  for (Change change : file.unsynced) {
    const auto fate = random() % 3;  // lost, torn, whole
    if (fate == 0) continue;
    if (fate == 1 && !change.is_truncation) {
      const std::size_t sectors = change.bytes.size() / sector_bytes;
      change.bytes.resize(sectors == 0 ? 0 : random() % sectors * sector_bytes);
    }
    apply(change, content);
  }
  return content;
}

ShadowDisk::Image ShadowDisk::survivors(const PowerLoss& loss) const {
  const std::lock_guard lock(mutex_);
  std::mt19937 random(loss.seed);
  Names names = synced_names_;
  if (loss.kind == PowerLoss::Kind::some_of_it) {
    // Names go through the file system's own journal: in order, up to some point.
    const std::size_t count = random() % (name_changes_.size() + 1);
    for (std::size_t i = 0; i < count; ++i) name_changes_[i].apply(names);
  }
  Image image;
  for (const auto& [path, file] : names) {
    bool is_reachable = true;  // a name in a directory whose own name was lost is lost too
    for (std::string up = parent_of(path); !up.empty(); up = parent_of(up)) {
      is_reachable = is_reachable && names.contains(up);
    }
    if (is_reachable && file) image[path] = content_after(*file, loss, random);
  }
  return image;
}

void write_image(const ShadowDisk::Image& image, const std::filesystem::path& directory) {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  for (const auto& [path, content] : image) {
    std::filesystem::create_directories((directory / path).parent_path());
    std::ofstream out(directory / path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(content.data()),
              static_cast<std::streamsize>(content.size()));
    CHANCERY_ASSERT(out.good());
  }
}

}  // namespace chancery::testing
