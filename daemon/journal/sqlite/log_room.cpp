#include "daemon/journal/sqlite/log_room.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace chancery::daemon::sqlite {
namespace {

constexpr std::size_t write_bytes = 1U << 20;

bool put_zeros(int file, off_t from, off_t to) {
  const std::vector<char> zeros(write_bytes);
  while (from < to) {
    const std::size_t count = std::min(zeros.size(), static_cast<std::size_t>(to - from));
    const ssize_t written = ::pwrite(file, zeros.data(), count, from);
    if (written <= 0) return false;
    from += written;
  }
  // Unsynced blocks would make the first commit pay for all of them.
  return ::fdatasync(file) == 0;
}

// False where the file is worse than it was.
bool extend(int file, off_t to) {
  struct stat found {};
  if (::fstat(file, &found) != 0) return false;
  return put_zeros(file, found.st_size, to) || ::ftruncate(file, found.st_size) == 0;
}

}  // namespace

Result<void> make_log_room(const std::filesystem::path& database, std::size_t bytes) {
  const std::filesystem::path path = database.string() + "-wal";
  const int file = ::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) return system_error("JOURNAL_UNREADABLE", path.string(), errno);
  const bool is_extended = extend(file, static_cast<off_t>(bytes));
  const int error = errno;
  ::close(file);
  if (!is_extended) return system_error("JOURNAL_UNREADABLE", path.string(), error);
  return {};
}

}  // namespace chancery::daemon::sqlite
