#include "tests/support/journal/hooked_files.h"

namespace chancery::testing {
namespace {

class HookedFiles : public daemon::Files {
 public:
  HookedFiles(std::unique_ptr<daemon::Files> files, FileHook hook)
      : files_(std::move(files)), hook_(std::move(hook)) {}

  Result<Bytes> read(const std::string& path, std::size_t bytes_max) const override {
    TRY(hook_("read", path));
    return files_->read(path, bytes_max);
  }
  Result<bool> make_directory(const std::string& path) override {
    TRY(hook_("make_directory", path));
    return files_->make_directory(path);
  }
  Result<void> write(const std::string& path, ByteView bytes) override {
    TRY(hook_("write", path));
    return files_->write(path, bytes);
  }
  Result<void> sync(const std::string& path) override {
    TRY(hook_("sync", path));
    return files_->sync(path);
  }
  Result<void> rename(const std::string& from, const std::string& to) override {
    TRY(hook_("rename", to));
    return files_->rename(from, to);
  }
  Result<void> remove_directory(const std::string& path) override {
    TRY(hook_("remove_directory", path));
    return files_->remove_directory(path);
  }
  Result<std::unique_ptr<daemon::FileLock>> lock(const std::string& path) override {
    TRY(hook_("lock", path));
    return files_->lock(path);
  }
  Result<void> check_place() const override {
    TRY(hook_("check_place", ""));
    return files_->check_place();
  }

 private:
  std::unique_ptr<daemon::Files> files_;
  FileHook hook_;
};

}  // namespace

std::unique_ptr<daemon::Files> hooked_files(std::unique_ptr<daemon::Files> files, FileHook hook) {
  return std::make_unique<HookedFiles>(std::move(files), std::move(hook));
}

}  // namespace chancery::testing
