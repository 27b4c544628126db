#include "tests/bench/raw_disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

namespace chancery::bench {

Result<RawCommit> measure_raw_commits(const std::filesystem::path& path, std::size_t count) {
  sqlite3* opened = nullptr;
  const int failed = sqlite3_open(path.c_str(), &opened);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> database(opened, sqlite3_close);
  const auto run = [&database](const char* sql) {
    return sqlite3_exec(database.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK;
  };
  bool is_good = failed == SQLITE_OK && run("PRAGMA journal_mode = WAL") &&
                 run("PRAGMA synchronous = FULL") && run("PRAGMA wal_autocheckpoint = 0") &&
                 run("CREATE TABLE records (id INTEGER PRIMARY KEY, content BLOB)");
  std::vector<double> times_us;
  for (std::size_t i = 0; i < count && is_good; ++i) {
    const auto start = std::chrono::steady_clock::now();
    is_good =
        run("BEGIN IMMEDIATE; INSERT INTO records (content) VALUES (randomblob(300)); COMMIT");
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
    times_us.push_back(time.count());
  }
  if (!is_good || times_us.empty()) {
    return unavailable("RAW_COMMIT_FAILED", path.string() + ": " + sqlite3_errmsg(database.get()));
  }
  std::ranges::sort(times_us);
  return RawCommit{times_us[times_us.size() / 2], times_us[times_us.size() * 99 / 100]};
}

}  // namespace chancery::bench
