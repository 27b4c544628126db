// What a disk would hold if the power went now.
//
// A model kept beside the real files: each write, and each change of a name, counts as lost until
// the sync that covers it. After every operation a test may ask what would be left.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/base/bytes.h"

namespace chancery::testing {

// How the disk fails.
struct PowerLoss {
  enum class Kind {
    everything_unsynced,  // nothing survives that was not synced
    some_of_it,           // each unsynced write survives by chance, whole or torn at a sector
  };
  Kind kind = Kind::everything_unsynced;
  unsigned seed = 0;
};

// Paths are relative and use '/'; "" is the directory itself. Thread-safe.
class ShadowDisk {
 public:
  using Image = std::map<std::string, Bytes>;
  using Observer = std::function<void(std::size_t operation)>;

  // Called after each operation, on its thread; other operations wait meanwhile.
  void observe(Observer observer) { observer_ = std::move(observer); }
  // A lie for a test that must notice it: syncs for which this says so do nothing.
  using Lie = std::function<bool(const std::string& path, std::size_t nth)>;
  void skip_syncs(Lie lie) { lie_ = std::move(lie); }

  void create(const std::string& path);  // an empty file, if there is none
  void make_directory(const std::string& path);
  void write(const std::string& path, std::uint64_t offset, ByteView bytes);
  void truncate(const std::string& path, std::uint64_t size);
  void rename(const std::string& from, const std::string& to);
  void remove(const std::string& path);           // a file, or a directory with all in it
  void sync(const std::string& path);             // the content of a file
  void sync_names(const std::string& directory);  // those in it

  bool is_directory(const std::string& path) const;  // also ""
  // From the observer, or when nothing writes.
  Image survivors(const PowerLoss& loss) const;
  std::size_t operations() const { return operations_; }
  std::size_t syncs() const { return syncs_; }

 private:
  struct Change {
    bool is_truncation;
    std::uint64_t offset;  // or the new size
    Bytes bytes;
  };
  struct File {
    Bytes synced;
    std::vector<Change> unsynced;
  };
  using Names = std::map<std::string, std::shared_ptr<File>>;  // a directory has no file
  struct NameChange {
    std::string directory;
    std::function<void(Names&)> apply;
  };

  void change_name(const std::string& path, std::function<void(Names&)> apply);
  bool is_lie(const std::string& path);
  void done();
  static void apply(const Change& change, Bytes& content);
  static Bytes content_after(const File& file, const PowerLoss& loss, std::mt19937& random);

  mutable std::recursive_mutex mutex_;
  Names names_;         // as programs see them
  Names synced_names_;  // as the disk has them for sure
  std::vector<NameChange> name_changes_;
  Observer observer_;
  Lie lie_;
  std::size_t operations_ = 0;
  std::size_t syncs_ = 0;
};

// Puts an image into a directory, for the ordinary file layer to open.
void write_image(const ShadowDisk::Image& image, const std::filesystem::path& directory);

}  // namespace chancery::testing
