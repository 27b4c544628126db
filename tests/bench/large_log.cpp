#include "tests/bench/large_log.h"

#include <sqlite3.h>

#include <memory>
#include <string>

#include "core/tlog/entry.h"
#include "core/tlog/merkle.h"

namespace chancery::bench {
namespace {

using Database = std::unique_ptr<sqlite3, int (*)(sqlite3*)>;
using Statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

// As long as a P-256 signature and key in DER.
constexpr std::size_t signature_bytes = 71;
constexpr std::size_t spki_bytes = 91;

Error unreadable(sqlite3* database) {
  return unavailable("JOURNAL_UNREADABLE", sqlite3_errmsg(database));
}

Result<Database> open(const std::filesystem::path& path) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr);
  Database database(handle, sqlite3_close);
  if (code != SQLITE_OK) return unreadable(handle);
  return database;
}

std::string entry_body(std::uint64_t index) {
  tlog::HashedRekord entry;
  entry.digest = digest(HashAlgorithm::sha256, as_bytes(std::to_string(index)));
  entry.signature = Bytes(signature_bytes, static_cast<std::uint8_t>(index));
  entry.algorithm = Algorithm::ecdsa_p256_sha256;
  entry.verifier = Bytes(spki_bytes, 7);
  return tlog::canonical_body(entry).value();
}

Result<void> insert(sqlite3* database, std::uint64_t from, std::uint64_t to) {
  sqlite3_stmt* prepared = nullptr;
  sqlite3_prepare_v2(database, "INSERT INTO log_entries VALUES(?1, ?2, ?3)", -1, &prepared,
                     nullptr);
  const Statement statement(prepared, sqlite3_finalize);
  for (std::uint64_t index = from; index < to; ++index) {
    const std::string body = entry_body(index);
    const tlog::Hash leaf = tlog::leaf_hash(as_bytes(body));
    sqlite3_bind_int64(prepared, 1, static_cast<sqlite3_int64>(index));
    sqlite3_bind_blob(prepared, 2, leaf.data(), static_cast<int>(leaf.size()), SQLITE_STATIC);
    sqlite3_bind_text(prepared, 3, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
    if (sqlite3_step(prepared) != SQLITE_DONE) return unreadable(database);
    sqlite3_reset(prepared);
  }
  return {};
}

std::uint64_t projected_size(sqlite3* database) {
  sqlite3_stmt* prepared = nullptr;
  sqlite3_prepare_v2(database, "SELECT size FROM log_projection", -1, &prepared, nullptr);
  const Statement statement(prepared, sqlite3_finalize);
  return sqlite3_step(prepared) == SQLITE_ROW
             ? static_cast<std::uint64_t>(sqlite3_column_int64(prepared, 0))
             : 0;
}

}  // namespace

Result<void> fill_log(const std::filesystem::path& state_directory, std::uint64_t size) {
  const Database database = TRY(open(state_directory / "journal.db"));
  sqlite3_exec(database.get(), "PRAGMA synchronous=OFF; BEGIN", nullptr, nullptr, nullptr);
  TRY(insert(database.get(), projected_size(database.get()), size));
  if (sqlite3_exec(database.get(), "COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK) {
    return unreadable(database.get());
  }
  return {};
}

}  // namespace chancery::bench
