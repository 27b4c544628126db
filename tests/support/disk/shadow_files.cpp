#include "tests/support/disk/shadow_files.h"

#include <utility>

namespace chancery::testing {
namespace {

class ShadowFiles final : public daemon::Files {
 public:
  ShadowFiles(ShadowDisk& disk, std::string directory, std::unique_ptr<daemon::Files> files)
      : disk_(disk), directory_(std::move(directory)), files_(std::move(files)) {
    if (directory_.empty()) return;
    // Files::open() has made it and synced its name.
    disk_.make_directory(directory_);
    disk_.sync_names(parent_of(directory_));
  }

  Result<Bytes> read(const std::string& path, std::size_t bytes_max) const override {
    return files_->read(path, bytes_max);
  }
  Result<bool> make_directory(const std::string& path) override {
    const bool is_made = TRY(files_->make_directory(path));
    if (is_made) disk_.make_directory(on_disk(path));
    return is_made;
  }
  Result<void> write(const std::string& path, ByteView bytes) override {
    TRY(files_->write(path, bytes));
    disk_.create(on_disk(path));
    disk_.truncate(on_disk(path), 0);
    disk_.write(on_disk(path), 0, bytes);
    return {};
  }
  Result<void> sync(const std::string& path) override {
    TRY(files_->sync(path));
    if (disk_.is_directory(on_disk(path))) {
      disk_.sync_names(on_disk(path));
    } else {
      disk_.sync(on_disk(path));
    }
    return {};
  }
  Result<void> rename(const std::string& from, const std::string& to) override {
    TRY(files_->rename(from, to));
    disk_.rename(on_disk(from), on_disk(to));
    return {};
  }
  Result<void> remove_directory(const std::string& path) override {
    TRY(files_->remove_directory(path));
    disk_.remove(on_disk(path));
    return {};
  }
  Result<std::unique_ptr<daemon::FileLock>> lock(const std::string& path) override {
    auto held = TRY(files_->lock(path));
    disk_.create(on_disk(path));
    return held;
  }
  Result<void> check_place() const override { return files_->check_place(); }

 private:
  static std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
  }
  std::string on_disk(const std::string& path) const {
    if (directory_.empty()) return path;
    return path.empty() ? directory_ : directory_ + "/" + path;
  }

  ShadowDisk& disk_;
  const std::string directory_;
  const std::unique_ptr<daemon::Files> files_;
};

}  // namespace

std::unique_ptr<daemon::Files> shadow_files(ShadowDisk& disk, const std::string& directory,
                                            std::unique_ptr<daemon::Files> files) {
  return std::make_unique<ShadowFiles>(disk, directory, std::move(files));
}

}  // namespace chancery::testing
